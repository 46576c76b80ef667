"""The base of `Registration`, `Invitation` and their kind."""

cimport cython
from posix.unistd cimport getpid

from sipsimple.core.gate cimport gate_enter

from sipsimple.pjproject.errors import SIPCoreError

_STOPPED = "the SIP core has stopped: its objects cannot be used any more"


@cython.auto_pickle(False)
cdef class Primitive(NativeObject):
    """Something that lives on the endpoint of a `PJSIPUA` and ends with it."""

    def __cinit__(self, *args, **kwargs):
        self.process = getpid()

    cdef int enter(self) except -1:
        """Enter the gate.

        Raises:
            SIPCoreError: The PJSIPUA has closed, or this is a forked child.
        """
        cdef bint entered
        if getpid() != self.process:
            raise SIPCoreError("objects of the SIP core cannot be used in a forked child")
        if self.invalid:
            raise SIPCoreError(_STOPPED)
        with nogil:
            entered = gate_enter()
        if not entered:
            # Imported here, since the module of the PJSIPUA needs this one.
            from sipsimple.core.ua import check_running

            check_running()
            raise SIPCoreError(_STOPPED)
        return 0

    cdef int begin_end(self) except -1:
        return 0

    cdef bint is_idle(self) except -1:
        return True

    cdef int invalidate(self) except -1:
        return 0
