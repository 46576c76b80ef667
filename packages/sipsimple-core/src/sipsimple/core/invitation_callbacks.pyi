# Nothing here is for Python: see invitation_callbacks.pxd.
