# Nothing here is for Python: see trace.pxd.
