# Nothing here is for Python: see invitation_glare.pxd.
