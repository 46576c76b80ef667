# Nothing here is for Python: see registration_machine.pxd.
