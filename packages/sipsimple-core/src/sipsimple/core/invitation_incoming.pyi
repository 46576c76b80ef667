# Nothing here is for Python: see invitation_incoming.pxd.
