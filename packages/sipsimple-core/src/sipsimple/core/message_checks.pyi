# Nothing here is for Python: see message_checks.pxd.
