"""What holds for every test, wherever it is."""

import signal

# A test run that was started in the background of a shell script ignores SIGINT, and so would
# every process that a test starts. With a handler here they begin with the default (exec(2)).
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
