# Nothing here is for Python: see invitation_replaces.pxd.
