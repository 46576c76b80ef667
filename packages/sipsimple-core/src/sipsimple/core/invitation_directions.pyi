# Nothing here is for Python: see invitation_directions.pxd.
