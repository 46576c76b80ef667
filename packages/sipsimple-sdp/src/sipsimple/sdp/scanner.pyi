# Nothing here is for Python: see scanner.pxd.
