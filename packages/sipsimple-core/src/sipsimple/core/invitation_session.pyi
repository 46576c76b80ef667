# Nothing here is for Python: see invitation_session.pxd.
