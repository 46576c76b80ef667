"""C interface of the base of `Registration`, `Invitation` and their kind."""

from sipsimple.pjproject.native cimport NativeObject

cdef class Primitive(NativeObject):
    # True from the moment the PJSIPUA closed.
    cdef bint invalid
    cdef int process

    # Begins every public method that calls PJSIP: raises SIPCoreError once the PJSIPUA has
    # closed and in a forked child, else enters the gate. Pair it with gate_leave() (gate.pxd).
    cdef int enter(self) except -1

    # Called by PJSIPUA, with the GIL, in this order when it stops:
    # start the orderly end (unregister, BYE) and return at once;
    cdef int begin_end(self) except -1
    # whether that end has been reached;
    cdef bint is_idle(self) except -1
    # let go of everything native, at once and for good: nobody is inside the gate any more;
    # the caller has set `invalid`.
    cdef int invalidate(self) except -1
