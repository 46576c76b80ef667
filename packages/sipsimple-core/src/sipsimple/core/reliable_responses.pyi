# Nothing here is for Python: see reliable_responses.pxd.
