# Nothing here is for Python: see queued_machine.pxd.
