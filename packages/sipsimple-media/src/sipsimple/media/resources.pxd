"""What lives in a media endpoint, and how its end is agreed on. See `resources.pyx`."""

from sipsimple.pjproject.native cimport Anchor, NativeObject, pthread_mutex_t
from sipsimple.pjproject.pjlib cimport pj_pool_t, pj_status_t
from sipsimple.pjproject.pjmedia cimport (
    pjmedia_conf,
    pjmedia_endpt,
    pjmedia_event_mgr,
    pjmedia_port,
)

cdef struct Endpoint:
    Anchor base
    pj_pool_t *pool
    pjmedia_endpt *endpt
    pjmedia_event_mgr *events
    pjmedia_conf *conf
    # In Hz, and the length of a frame of the bridge.
    unsigned sample_rate
    unsigned samples_per_frame
    int process
    # These three are under base.lock.
    bint is_open
    int users
    Resource *first
    # Held while slots of the bridge are looked at, used or given back.
    pthread_mutex_t routing
    # These two are under routing. The generator of DTMF tones, while it is there.
    pjmedia_port *tones
    bint playback_dtmf

ctypedef void (*resource_function)(Resource *resource) noexcept nogil

cdef enum:
    # In which order the resources of an endpoint are closed.
    ON_BRIDGE = 1
    BELOW_BRIDGE = 2

cdef struct Resource:
    Anchor base
    Endpoint *endpoint
    resource_function close
    int rank
    # These three are under endpoint.base.lock.
    bint attached
    Resource *next
    Resource *previous

cdef struct BridgePort:
    Resource resource
    # -1 when not on the bridge; under endpoint.routing.
    int slot

# The anchor of a Python object that comes and goes on the bridge.
cdef struct Holder:
    Anchor base
    BridgePort *port

cdef Endpoint *endpoint_alloc() noexcept nogil
cdef void endpoint_publish(Endpoint *endpoint) noexcept nogil
cdef enum Shutting:
    WAS_SHUT
    SHUT
    STILL_USED

cdef Shutting endpoint_shut(Endpoint *endpoint) noexcept nogil
cdef Endpoint *endpoint_enter(Endpoint *endpoint) noexcept nogil
cdef void endpoint_leave(Endpoint *endpoint) noexcept nogil
cdef Endpoint *enter(Endpoint *endpoint) except NULL

cdef void resource_attach(Resource *resource, Endpoint *endpoint) noexcept nogil
cdef bint resource_is_attached(Resource *resource) noexcept nogil
cdef bint resource_close(Resource *resource) noexcept nogil
cdef void resource_dispose(Anchor *anchor) noexcept nogil
cdef void resource_finalize(Resource *resource) noexcept nogil
cdef void endpoint_close_resources(Endpoint *endpoint, int rank) noexcept nogil

cdef pj_status_t bridge_add(BridgePort *port, pjmedia_port *native) noexcept nogil
cdef void bridge_remove(BridgePort *port) noexcept nogil
cdef pj_status_t bridge_connect(
    BridgePort *source, BridgePort *sink, int level, bint adjust
) noexcept nogil
cdef pj_status_t bridge_disconnect(BridgePort *source, BridgePort *sink) noexcept nogil
cdef pj_status_t bridge_set_level(BridgePort *port, int level) noexcept nogil

cdef Holder *holder_alloc() noexcept nogil
cdef BridgePort *holder_get(Holder *holder) noexcept nogil
cdef void holder_set(Holder *holder, BridgePort *port) noexcept nogil
cdef bint holder_is_live(Holder *holder) noexcept nogil


cdef class BridgeObject(NativeObject):
    cdef bint _is_source
    cdef bint _is_sink
    cdef object lock
    cdef Holder *holder(self) noexcept nogil
    cdef bint is_live(self)
    cdef bint is_over(self)
