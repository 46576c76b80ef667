# Nothing here is for Python: see subscription_session.pxd.
