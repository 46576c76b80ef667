# Nothing here is for Python: see agent_header.pxd.
