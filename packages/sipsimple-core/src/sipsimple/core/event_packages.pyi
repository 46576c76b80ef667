# Nothing here is for Python: see event_packages.pxd.
