# Nothing here is for Python: see failover.pxd.
