# Nothing here is for Python: see subscription_callbacks.pxd.
