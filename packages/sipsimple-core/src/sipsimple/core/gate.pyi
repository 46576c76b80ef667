# Nothing here is for Python: see gate.pxd.
