# Nothing here is for Python: see request_handler.pxd.
