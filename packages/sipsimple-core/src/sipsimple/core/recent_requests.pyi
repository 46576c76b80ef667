# Nothing here is for Python: see recent_requests.pxd.
