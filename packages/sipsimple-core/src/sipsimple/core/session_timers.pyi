# Nothing here is for Python: see session_timers.pxd.
