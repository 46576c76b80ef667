# Nothing here is for Python: see invitation_failover.pxd.
