# Nothing here is for Python: see request_parts.pxd.
