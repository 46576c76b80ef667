# Nothing here is for Python: see invitation_requests.pxd.
