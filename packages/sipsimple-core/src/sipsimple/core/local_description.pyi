# Nothing here is for Python: see local_description.pxd.
