# Nothing here is for Python: see invitation_unanswered.pxd.
