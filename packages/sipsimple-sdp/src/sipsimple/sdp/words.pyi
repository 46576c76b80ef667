# Nothing here is for Python: see words.pxd.
