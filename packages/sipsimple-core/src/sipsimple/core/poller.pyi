# Nothing here is for Python: see poller.pxd.
