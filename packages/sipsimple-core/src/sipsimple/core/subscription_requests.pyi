# Nothing here is for Python: see subscription_requests.pxd.
