# Nothing here is for Python: see invitation_events.pxd.
