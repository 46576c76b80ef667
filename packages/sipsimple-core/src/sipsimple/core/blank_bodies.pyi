# Nothing here is for Python: see blank_bodies.pxd.
