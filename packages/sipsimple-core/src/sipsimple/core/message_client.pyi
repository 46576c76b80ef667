# Nothing here is for Python: see message_client.pxd.
