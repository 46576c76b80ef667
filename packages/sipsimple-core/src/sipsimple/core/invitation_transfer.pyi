# Nothing here is for Python: see invitation_transfer.pxd.
