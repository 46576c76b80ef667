# Nothing here is for Python: see private_pool.pxd.
