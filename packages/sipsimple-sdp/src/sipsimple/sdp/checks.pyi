# Nothing here is for Python: see checks.pxd.
