# Nothing here is for Python: see hosts.pxd.
