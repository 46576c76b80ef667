# Nothing here is for Python: see identifier.pxd.
