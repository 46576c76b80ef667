"""C interface of the base of `Registration` and `Publication`."""

from sipsimple.core.credentials cimport Credentials
from sipsimple.core.primitive cimport Primitive
from sipsimple.core.queued_machine cimport Machine, StateEvent
from sipsimple.core.route cimport Route
from sipsimple.core.ua cimport PJSIPUA
from sipsimple.pjproject.native cimport anchor_function

cdef class QueuedPrimitive(Primitive):
    cdef Credentials _credentials
    cdef Route _route
    cdef dict _extra_headers
    # The names of the states, in the order of the enum in queued_machine.pxd.
    cdef tuple state_names(self)
    # Destroy what the machine works with: it is closed, and nobody is inside the gate.
    cdef int let_go(self) except -1
    # SIPCoreError where __init__() has not got as far as that.
    cdef Machine *machine(self) except NULL
    # Take over what both kinds are given; __init__() has not been called yet.
    cdef int take_arguments(self, object credentials, object route, dict extra_headers) except -1
    # The rest of __init__(): check `expires`, and create() inside the gate.
    cdef int begin(self, object expires) except -1
    # Make the machine and what it works with, and open it.
    cdef int create(self, int expires) except -1
    # For create(): a struct of `size` that begins with a machine, which is this object's now.
    cdef Machine *make_machine(
        self, size_t size, anchor_function finalize, PJSIPUA ua, int expires
    ) except NULL
    # PLACE or REMOVE.
    cdef int request(self, int event) except -1
    cdef int settle(self) except -1
    # For deliver functions: the event has arrived; what it tells in any state.
    cdef dict delivered(self, StateEvent *event)
