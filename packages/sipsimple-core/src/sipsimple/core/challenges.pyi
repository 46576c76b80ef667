# Nothing here is for Python: see challenges.pxd.
