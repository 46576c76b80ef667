# Nothing here is for Python: see connections.pxd.
