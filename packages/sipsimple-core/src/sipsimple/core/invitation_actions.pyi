# Nothing here is for Python: see invitation_actions.pxd.
