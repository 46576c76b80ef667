# Nothing here is for Python: see parser.pxd.
