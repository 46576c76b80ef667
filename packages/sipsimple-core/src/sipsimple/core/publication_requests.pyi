# Nothing here is for Python: see publication_requests.pxd.
