# Nothing here is for Python: see message_receiver.pxd.
