"""What Python sees of a queued machine: the base of `Registration` and `Publication`."""

import threading

cimport cython
from libc.stdint cimport uint32_t

from sipsimple.core.credentials cimport own_credentials
from sipsimple.core.gate cimport gate_leave
from sipsimple.core.queued_machine cimport (
    ABSENT,
    REMOVE,
    Machine,
    StateEvent,
    machine_alloc,
    machine_close,
    machine_happen,
)
from sipsimple.core.route cimport own_route
from sipsimple.core.ua cimport PJSIPUA, current_ua
from sipsimple.pjproject.native cimport Anchor, anchor_function, anchor_lock, anchor_unlock
from sipsimple.pjproject.runtime cimport ensure_thread

from sipsimple.core.options import checked_expires
from sipsimple.pjproject.errors import SIPCoreError

# Pinning an object and finding that it may be let go exclude each other.
cdef object _pinning = threading.Lock()


@cython.auto_pickle(False)
cdef class QueuedPrimitive(Primitive):
    """Something of ours that a server keeps, placed and removed by requests that queue.

    Not for use by itself.
    """

    cdef tuple state_names(self):
        return ()

    cdef int let_go(self) except -1:
        return 0

    cdef Machine *machine(self) except NULL:
        if self.anchor == NULL:
            raise SIPCoreError(f"{type(self).__name__}.__init__() has not been called")
        return <Machine *> self.anchor

    cdef int take_arguments(self, object credentials, object route, dict extra_headers) except -1:
        if self.anchor != NULL:
            raise SIPCoreError(f"a {type(self).__name__} is initialized once")
        self._credentials = own_credentials(credentials)
        self._route = own_route(route)
        self._extra_headers = extra_headers
        return 0

    cdef int create(self, int expires) except -1:
        return 0

    cdef int begin(self, object expires) except -1:
        cdef int checked = checked_expires(expires)
        current_ua()
        self.enter()
        try:
            self.create(checked)
        finally:
            with nogil:
                gate_leave()
        return 0

    cdef Machine *make_machine(
        self, size_t size, anchor_function finalize, PJSIPUA ua, int expires
    ) except NULL:
        cdef Machine *machine = machine_alloc(size, finalize)
        if machine == NULL:
            raise MemoryError
        self.adopt(<Anchor *> machine)
        machine.endpoint = ua.endpoint
        machine.expires = expires
        return machine

    # ---- requests

    cdef int request(self, int event) except -1:
        cdef Machine *machine = self.machine()
        self.enter()
        try:
            with _pinning:
                anchor_lock(&machine.base)
                machine.calls += 1
                anchor_unlock(&machine.base)
                self.pin()
            with nogil:
                machine_happen(machine, event, NULL)
            with _pinning:
                anchor_lock(&machine.base)
                machine.calls -= 1
                anchor_unlock(&machine.base)
            self.settle()
        finally:
            with nogil:
                gate_leave()
        return 0

    cdef int settle(self) except -1:
        """Let go of the object, for Python to collect, where nothing is going on."""
        cdef Machine *machine = self.machine()
        cdef bint idle
        with _pinning:
            anchor_lock(&machine.base)
            # An event finds the object only while it lives.
            idle = machine.calls == 0 and machine.events == 0 and machine.state == ABSENT
            anchor_unlock(&machine.base)
            if idle:
                self.unpin()
        return 0

    cdef dict delivered(self, StateEvent *event):
        cdef Machine *machine = self.machine()
        cdef dict data = {"state": self.state_names()[event.state]}
        anchor_lock(&machine.base)
        machine.events -= 1
        anchor_unlock(&machine.base)
        self.settle()
        if event.code:
            data["code"] = event.code
            data["reason"] = (<char *> event.data)[:event.reason_length].decode(
                "utf-8", "surrogateescape"
            )
        return data

    # ---- attributes

    @property
    def state(self):
        """The state of the machine, a str."""
        cdef Machine *machine = self.machine()
        cdef int state
        anchor_lock(&machine.base)
        state = machine.state
        anchor_unlock(&machine.base)
        return self.state_names()[state]

    @property
    def credentials(self):
        """The credentials, a copy."""
        self.machine()
        return self._credentials.copy()

    @property
    def route(self):
        """The route, a copy, or None."""
        self.machine()
        return None if self._route is None else self._route.copy()

    @property
    def extra_headers(self):
        """The extra headers, a copy of the dict."""
        self.machine()
        return dict(self._extra_headers)

    @property
    def expires(self):
        """Seconds to ask for with the next request; may be set at any time."""
        cdef Machine *machine = self.machine()
        cdef uint32_t expires
        anchor_lock(&machine.base)
        expires = machine.expires
        anchor_unlock(&machine.base)
        return expires

    @expires.setter
    def expires(self, value):
        cdef Machine *machine = self.machine()
        cdef int checked = checked_expires(value)
        anchor_lock(&machine.base)
        machine.expires = checked
        anchor_unlock(&machine.base)

    def __repr__(self):
        if self._credentials is None or self.anchor == NULL:
            return f"<{type(self).__name__}, not initialized>"
        return f"<{type(self).__name__} of {self._credentials._uri}: {self.state}>"

    # ---- the end of the SIP core

    cdef int begin_end(self) except -1:
        # While it is being removed too: it may be queued to be placed again.
        if not self.is_idle():
            self.request(REMOVE)
        return 0

    cdef bint is_idle(self) except -1:
        cdef Machine *machine = <Machine *> self.anchor
        cdef bint idle
        if machine == NULL:
            return True
        anchor_lock(&machine.base)
        idle = machine.state == ABSENT
        anchor_unlock(&machine.base)
        return idle

    cdef int invalidate(self) except -1:
        cdef bint was_open
        if self.anchor == NULL:
            return 0
        with nogil:
            ensure_thread()
            was_open = machine_close(<Machine *> self.anchor)
        if was_open:
            self.let_go()
        self.settle()
        return 0
