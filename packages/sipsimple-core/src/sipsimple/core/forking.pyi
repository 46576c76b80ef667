# Nothing here is for Python: see forking.pxd.
