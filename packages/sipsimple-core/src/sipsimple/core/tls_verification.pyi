# Nothing here is for Python: see tls_verification.pxd.
