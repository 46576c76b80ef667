"""The native side of the media endpoint: its gate, what lives in it, and the bridge's slots.

Methods of many objects, in any thread, use the endpoint; the clock thread and the network
thread of pjmedia use what lives in it; and anyone may stop it meanwhile. Three agreements
keep this apart:

- A thread that wants pjmedia to do something enters the endpoint and leaves it afterwards.
  Once the endpoint is shut nobody enters, and it is torn down when the last has left.
- Everything native that must be closed is a `Resource` in the endpoint's list. Whoever
  takes it out of the list closes it, so it is closed once: by a method, by the end of its
  Python object, by the clock thread (a file that is played to its end), or by the endpoint.
- A slot number of the bridge is used only while `routing` is held. pjmedia gives numbers of
  removed ports to new ones, so a number that was read before may be another object's.
"""

import os

cimport cython
from sipsimple.pjproject.native cimport (
    Anchor,
    anchor_alloc,
    anchor_lock,
    anchor_ref,
    anchor_unlock,
    anchor_unref,
    pthread_mutex_destroy,
    pthread_mutex_init,
    pthread_mutex_lock,
    pthread_mutex_t,
    pthread_mutex_unlock,
)
from sipsimple.pjproject.pjlib cimport (
    PJ_EGONE,
    PJ_SUCCESS,
    pj_pool_release,
    pj_status_t,
    pj_thread_sleep,
)
from sipsimple.pjproject.pjmedia cimport (
    pjmedia_conf_add_port,
    pjmedia_conf_adjust_conn_level,
    pjmedia_conf_adjust_rx_level,
    pjmedia_conf_connect_port,
    pjmedia_conf_disconnect_port,
    pjmedia_conf_remove_port,
    pjmedia_port,
)
from sipsimple.pjproject.runtime cimport ensure_thread

import threading

from sipsimple.pjproject.errors import SIPCoreError

cdef extern from "<unistd.h>" nogil:
    int getpid()

cdef extern from * nogil:
    """
    #include <pthread.h>
    static pthread_mutex_t sipsimple_endpoint_lock = PTHREAD_MUTEX_INITIALIZER;
    """
    pthread_mutex_t sipsimple_endpoint_lock

cdef enum:
    # How long to wait for those inside. What takes longest is to open a sound device.
    SHUTTING_MS = 3000

# The running endpoint of this process, under sipsimple_endpoint_lock. Owns a reference.
cdef Endpoint *_current = NULL


# ---- the endpoint's gate

cdef void _endpoint_finalize(Anchor *anchor) noexcept nogil:
    cdef Endpoint *endpoint = <Endpoint *> anchor
    pthread_mutex_destroy(&endpoint.routing)
    if endpoint.pool != NULL:
        pj_pool_release(endpoint.pool)


cdef Endpoint *endpoint_alloc() noexcept nogil:
    """A new endpoint, shut as yet. NULL when memory is out."""
    cdef Endpoint *endpoint = <Endpoint *> anchor_alloc(sizeof(Endpoint), &_endpoint_finalize)
    if endpoint != NULL:
        pthread_mutex_init(&endpoint.routing, NULL)
        endpoint.process = getpid()
    return endpoint


cdef void endpoint_publish(Endpoint *endpoint) noexcept nogil:
    """Open a complete endpoint and make it the one of this process."""
    global _current
    pthread_mutex_lock(&sipsimple_endpoint_lock)
    _current = <Endpoint *> anchor_ref(&endpoint.base)
    pthread_mutex_unlock(&sipsimple_endpoint_lock)
    anchor_lock(&endpoint.base)
    endpoint.is_open = True
    anchor_unlock(&endpoint.base)


cdef Shutting endpoint_shut(Endpoint *endpoint) noexcept nogil:
    """Let nobody in any more and wait until all have left.

    STILL_USED where somebody does not leave: the handler of a signal that interrupted a
    method waits here for the method. It must not be torn down then.
    """
    global _current
    cdef bint was_open
    cdef bint mine
    cdef int users
    cdef int waited = 0
    anchor_lock(&endpoint.base)
    was_open = endpoint.is_open
    endpoint.is_open = False
    anchor_unlock(&endpoint.base)
    pthread_mutex_lock(&sipsimple_endpoint_lock)
    mine = _current == endpoint
    if mine:
        _current = NULL
    pthread_mutex_unlock(&sipsimple_endpoint_lock)
    if mine:
        anchor_unref(&endpoint.base)
    if not was_open:
        return WAS_SHUT
    while waited < SHUTTING_MS:
        anchor_lock(&endpoint.base)
        users = endpoint.users
        anchor_unlock(&endpoint.base)
        if users == 0:
            return SHUT
        pj_thread_sleep(1)
        waited += 1
    return STILL_USED


cdef Endpoint *endpoint_enter(Endpoint *endpoint) noexcept nogil:
    """Enter an endpoint, or the one of this process for NULL. NULL where it does not run.

    Every success is to be followed by `endpoint_leave()`.
    """
    cdef bint entered
    ensure_thread()
    if endpoint == NULL:
        pthread_mutex_lock(&sipsimple_endpoint_lock)
        endpoint = _current
        if endpoint != NULL:
            anchor_ref(&endpoint.base)
        pthread_mutex_unlock(&sipsimple_endpoint_lock)
        if endpoint == NULL:
            return NULL
    else:
        anchor_ref(&endpoint.base)
    anchor_lock(&endpoint.base)
    # In a child of fork() there are none of its threads: nothing would ever move.
    entered = endpoint.is_open and endpoint.process == getpid()
    if entered:
        endpoint.users += 1
    anchor_unlock(&endpoint.base)
    if not entered:
        anchor_unref(&endpoint.base)
        return NULL
    return endpoint


cdef void endpoint_leave(Endpoint *endpoint) noexcept nogil:
    anchor_lock(&endpoint.base)
    endpoint.users -= 1
    anchor_unlock(&endpoint.base)
    anchor_unref(&endpoint.base)


cdef Endpoint *enter(Endpoint *endpoint) except NULL:
    """`endpoint_enter()` for methods.

    Raises:
        SIPCoreError: The endpoint does not run, or it belongs to the parent process.
    """
    cdef Endpoint *entered
    with nogil:
        entered = endpoint_enter(endpoint)
    if entered == NULL:
        if endpoint != NULL and endpoint.process != os.getpid():
            raise SIPCoreError("the media endpoint belongs to the process that forked this one")
        raise SIPCoreError("the media endpoint is not running")
    return entered


# ---- resources

cdef void resource_attach(Resource *resource, Endpoint *endpoint) noexcept nogil:
    """Put a new resource into the list of an entered endpoint; the list takes a reference."""
    anchor_ref(&resource.base)
    if resource.endpoint == NULL:
        resource.endpoint = <Endpoint *> anchor_ref(&endpoint.base)
    anchor_lock(&endpoint.base)
    resource.attached = True
    resource.previous = NULL
    resource.next = endpoint.first
    if endpoint.first != NULL:
        endpoint.first.previous = resource
    endpoint.first = resource
    anchor_unlock(&endpoint.base)


cdef bint resource_is_attached(Resource *resource) noexcept nogil:
    """Whether nobody has begun to close it."""
    cdef bint attached
    if resource.endpoint == NULL:
        return False
    anchor_lock(&resource.endpoint.base)
    attached = resource.attached
    anchor_unlock(&resource.endpoint.base)
    return attached


cdef void _unlink(Resource *resource) noexcept nogil:
    """Take out of the list; with the endpoint's lock held."""
    resource.attached = False
    if resource.previous != NULL:
        resource.previous.next = resource.next
    else:
        resource.endpoint.first = resource.next
    if resource.next != NULL:
        resource.next.previous = resource.previous
    resource.next = resource.previous = NULL


cdef bint resource_close(Resource *resource) noexcept nogil:
    """Close a resource; False where somebody else does or did.

    For threads that have entered the endpoint, and for pjmedia's own.
    """
    cdef bint mine
    if resource.endpoint == NULL:
        return False
    anchor_lock(&resource.endpoint.base)
    mine = resource.attached
    if mine:
        _unlink(resource)
    anchor_unlock(&resource.endpoint.base)
    if mine:
        resource.close(resource)
        anchor_unref(&resource.base)
    return mine


cdef void resource_dispose(Anchor *anchor) noexcept nogil:
    """`Anchor.dispose` of resources. Where the endpoint is shut, it closes them itself."""
    cdef Resource *resource = <Resource *> anchor
    cdef Endpoint *endpoint = resource.endpoint
    if endpoint == NULL or endpoint_enter(endpoint) == NULL:
        return
    resource_close(resource)
    endpoint_leave(endpoint)


cdef void resource_finalize(Resource *resource) noexcept nogil:
    """To be called by the `Anchor.finalize` of every kind of resource, at its end."""
    if resource.endpoint != NULL:
        anchor_unref(&resource.endpoint.base)
        resource.endpoint = NULL


cdef void endpoint_close_resources(Endpoint *endpoint, int rank) noexcept nogil:
    """Close every resource of a rank that is left in a shut endpoint."""
    cdef Resource *resource
    while True:
        anchor_lock(&endpoint.base)
        resource = endpoint.first
        while resource != NULL and resource.rank != rank:
            resource = resource.next
        if resource != NULL:
            _unlink(resource)
        anchor_unlock(&endpoint.base)
        if resource == NULL:
            return
        resource.close(resource)
        anchor_unref(&resource.base)


# ---- ports on the bridge

cdef pj_status_t bridge_add(BridgePort *port, pjmedia_port *native) noexcept nogil:
    """Put a pjmedia port on the bridge of the endpoint that `port` is attached to."""
    cdef Endpoint *endpoint = port.resource.endpoint
    cdef unsigned slot = 0
    cdef pj_status_t status
    pthread_mutex_lock(&endpoint.routing)
    status = pjmedia_conf_add_port(endpoint.conf, endpoint.pool, native, NULL, &slot)
    port.slot = <int> slot if status == PJ_SUCCESS else -1
    pthread_mutex_unlock(&endpoint.routing)
    return status


cdef void bridge_remove(BridgePort *port) noexcept nogil:
    """Take a port off the bridge. It leaves with the bridge's next frame, not at once."""
    cdef Endpoint *endpoint = port.resource.endpoint
    pthread_mutex_lock(&endpoint.routing)
    if port.slot >= 0:
        pjmedia_conf_remove_port(endpoint.conf, port.slot)
        port.slot = -1
    pthread_mutex_unlock(&endpoint.routing)


@cython.cdivision(True)
cdef int _native_level(int level) noexcept nogil:
    # pjmedia: 0 leaves the level as it is, -128 is silence, 128 the double.
    return (level * 128) // 100 - 128


cdef pj_status_t bridge_connect(
    BridgePort *source, BridgePort *sink, int level, bint adjust
) noexcept nogil:
    """Connect two ports at a level in percent; with `adjust`, change the level they have.

    Returns PJ_EGONE where one of them is not on the bridge.
    """
    cdef Endpoint *endpoint = source.resource.endpoint
    cdef pj_status_t status = PJ_EGONE
    pthread_mutex_lock(&endpoint.routing)
    if source.slot >= 0 and sink.slot >= 0 and sink.resource.endpoint == endpoint:
        if adjust:
            status = pjmedia_conf_adjust_conn_level(
                endpoint.conf, source.slot, sink.slot, _native_level(level)
            )
        else:
            status = pjmedia_conf_connect_port(
                endpoint.conf, source.slot, sink.slot, _native_level(level)
            )
    pthread_mutex_unlock(&endpoint.routing)
    return status


cdef pj_status_t bridge_disconnect(BridgePort *source, BridgePort *sink) noexcept nogil:
    """Disconnect two ports. Returns PJ_EGONE where one of them is not on the bridge."""
    cdef Endpoint *endpoint = source.resource.endpoint
    cdef pj_status_t status = PJ_EGONE
    pthread_mutex_lock(&endpoint.routing)
    if source.slot >= 0 and sink.slot >= 0 and sink.resource.endpoint == endpoint:
        status = pjmedia_conf_disconnect_port(endpoint.conf, source.slot, sink.slot)
    pthread_mutex_unlock(&endpoint.routing)
    return status


cdef pj_status_t bridge_set_level(BridgePort *port, int level) noexcept nogil:
    """Set the level in percent at which everyone hears a port."""
    cdef Endpoint *endpoint = port.resource.endpoint
    cdef pj_status_t status = PJ_EGONE
    pthread_mutex_lock(&endpoint.routing)
    if port.slot >= 0:
        status = pjmedia_conf_adjust_rx_level(endpoint.conf, port.slot, _native_level(level))
    pthread_mutex_unlock(&endpoint.routing)
    return status


# ---- Python objects that come and go on the bridge

cdef void _holder_dispose(Anchor *anchor) noexcept nogil:
    cdef Holder *holder = <Holder *> anchor
    cdef BridgePort *port
    anchor_lock(anchor)
    port = holder.port
    holder.port = NULL
    anchor_unlock(anchor)
    if port != NULL:
        resource_dispose(&port.resource.base)
        anchor_unref(&port.resource.base)


cdef Holder *holder_alloc() noexcept nogil:
    cdef Holder *holder = <Holder *> anchor_alloc(sizeof(Holder), NULL)
    if holder != NULL:
        holder.base.dispose = &_holder_dispose
    return holder


cdef BridgePort *holder_get(Holder *holder) noexcept nogil:
    """The present port, with a reference for the caller, or NULL."""
    cdef BridgePort *port
    anchor_lock(&holder.base)
    port = holder.port
    if port != NULL:
        anchor_ref(&port.resource.base)
    anchor_unlock(&holder.base)
    return port


cdef void holder_set(Holder *holder, BridgePort *port) noexcept nogil:
    """Take over the caller's reference to a port, or drop the present one for NULL."""
    cdef BridgePort *previous
    anchor_lock(&holder.base)
    previous = holder.port
    holder.port = port
    anchor_unlock(&holder.base)
    if previous != NULL:
        anchor_unref(&previous.resource.base)


cdef bint holder_is_live(Holder *holder) noexcept nogil:
    """Whether there is a port that nobody has begun to close."""
    cdef BridgePort *port = holder_get(holder)
    cdef bint live
    if port == NULL:
        return False
    live = resource_is_attached(&port.resource)
    anchor_unref(&port.resource.base)
    return live


cdef class BridgeObject(NativeObject):
    """Base of what can be connected on the bridge: sources, sinks, or both."""

    def __cinit__(self, *args, **kwargs):
        # One method of an object at a time. Never held by a thread of pjmedia's.
        self.lock = threading.RLock()
        self.adopt(&holder_alloc().base)

    @property
    def is_source(self):
        """Whether audio comes from it, so that sinks can be connected to it; a bool. Read-only."""
        return self._is_source

    @property
    def is_sink(self):
        """Whether audio can be sent to it, so that sources can be connected; a bool. Read-only."""
        return self._is_sink

    cdef Holder *holder(self) noexcept nogil:
        return <Holder *> self.anchor

    cdef bint is_live(self):
        """Whether it is on the bridge at the moment."""
        cdef bint live
        with nogil:
            live = holder_is_live(<Holder *> self.anchor)
        return live

    cdef bint is_over(self):
        """Whether it has left the bridge and can never come back."""
        return False
