# Nothing here is for Python: see publication_machine.pxd.
