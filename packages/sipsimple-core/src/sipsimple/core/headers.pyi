# Nothing here is for Python: see headers.pxd.
