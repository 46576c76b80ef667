"""The connections of TCP and TLS: which there are, and ending them.

PJSIP cannot list its transports, but tells of each when it connects and before it is
destroyed. A connection is destroyed in the polling thread only, when nobody uses it any
more; so what is in the list stays valid in that thread, and while it is paused.

Here is also where a server is refused whose certificate names another one (RFC 5922).
"""

from libc.stdlib cimport free, malloc, realloc

from sipsimple.core.tls_verification cimport (
    verification_failed,
    verify_names,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_TP_DIR_OUTGOING,
    PJSIP_TRANSPORT_RELIABLE,
    PJSIP_TRANSPORT_SECURE,
    pjsip_endpt_get_tpmgr,
    pjsip_tpmgr,
    pjsip_transport,
    pjsip_transport_shutdown,
)
from sipsimple.pjproject.pjsip_connections cimport (
    PJSIP_TLS_ECERTVERIF,
    PJSIP_TP_STATE_CONNECTED,
    PJSIP_TP_STATE_DESTROY,
    PJSIP_TP_STATE_DISCONNECTED,
    pjsip_tls_state_info,
    pjsip_tp_state_callback,
    pjsip_tpmgr_get_state_cb,
    pjsip_tpmgr_set_state_cb,
    pjsip_transport_state,
    pjsip_transport_state_info,
)

cdef extern from * nogil:
    """
    #include <pthread.h>
    static pthread_mutex_t sipsimple_connections_lock = PTHREAD_MUTEX_INITIALIZER;
    static void sipsimple_connections_hold(void)
    {
        pthread_mutex_lock(&sipsimple_connections_lock);
    }
    static void sipsimple_connections_drop(void)
    {
        pthread_mutex_unlock(&sipsimple_connections_lock);
    }
    """
    void sipsimple_connections_hold()
    void sipsimple_connections_drop()

cdef struct Connection:
    pjsip_transport *transport
    bint stale              # made by a listener that has been replaced meanwhile

cdef struct Connections:
    Connection *list
    size_t count
    size_t room
    bint any_stale
    bint verify
    # By whom new ones are made: TCP, TLS.
    pjsip_tpfactory *factories[2]
    pjsip_tp_state_callback next

cdef Connections _connections


cdef bint _is_secure(const pjsip_transport *transport) noexcept nogil:
    return (transport.flag & PJSIP_TRANSPORT_SECURE) != 0


cdef void _add(pjsip_transport *transport) noexcept nogil:
    cdef Connection *connection
    cdef Connection *larger
    cdef size_t room
    sipsimple_connections_hold()
    if _connections.count == _connections.room:
        room = 2 * _connections.room + 16
        larger = <Connection *> realloc(_connections.list, room * sizeof(Connection))
        if larger == NULL:
            sipsimple_connections_drop()
            return
        _connections.list = larger
        _connections.room = room
    connection = &_connections.list[_connections.count]
    _connections.count += 1
    connection.transport = transport
    connection.stale = (
        transport.factory != _connections.factories[<int> _is_secure(transport)]
    )
    if connection.stale:
        _connections.any_stale = True
    sipsimple_connections_drop()


cdef void _remove(const pjsip_transport *transport) noexcept nogil:
    cdef size_t index
    sipsimple_connections_hold()
    for index in range(_connections.count):
        if _connections.list[index].transport == transport:
            _connections.count -= 1
            _connections.list[index] = _connections.list[_connections.count]
            break
    sipsimple_connections_drop()


cdef void _on_state(
    pjsip_transport *transport, pjsip_transport_state state,
    const pjsip_transport_state_info *info
) noexcept nogil:
    _note(transport, state, info)
    # PJSIP's own: it tells the transactions.
    if _connections.next != NULL:
        _connections.next(transport, state, info)


cdef void _note(
    pjsip_transport *transport, pjsip_transport_state state,
    const pjsip_transport_state_info *info
) noexcept nogil:
    cdef const pjsip_tls_state_info *tls = NULL
    if not transport.flag & PJSIP_TRANSPORT_RELIABLE:
        return
    if state == PJSIP_TP_STATE_DESTROY:
        _remove(transport)
        return
    if _is_secure(transport) and transport.dir == PJSIP_TP_DIR_OUTGOING and info != NULL:
        tls = <const pjsip_tls_state_info *> info.ext_info
    if state == PJSIP_TP_STATE_CONNECTED:
        _add(transport)
        if tls != NULL and _connections.verify and not verify_names(transport, tls.ssl_sock_info):
            # PJSIP gives what waits to be sent a failure when this returns.
            pjsip_transport_shutdown(transport)
    elif (
        state == PJSIP_TP_STATE_DISCONNECTED
        and tls != NULL
        and info.status == PJSIP_TLS_ECERTVERIF
    ):
        # Is destroyed without having been connected.
        verification_failed(transport, tls.ssl_sock_info.verify_status)


cdef void _end(bint secure, bint only_stale) noexcept nogil:
    # Not under the lock: the transport manager's may be held by who reports a state.
    cdef pjsip_transport **chosen
    cdef size_t count = 0
    cdef size_t index
    sipsimple_connections_hold()
    chosen = <pjsip_transport **> malloc((_connections.count + 1) * sizeof(pjsip_transport *))
    if chosen != NULL:
        for index in range(_connections.count):
            if only_stale:
                if not _connections.list[index].stale:
                    continue
                _connections.list[index].stale = False
            elif _is_secure(_connections.list[index].transport) != secure:
                continue
            chosen[count] = _connections.list[index].transport
            count += 1
        if only_stale:
            _connections.any_stale = False
    sipsimple_connections_drop()
    for index in range(count):
        pjsip_transport_shutdown(chosen[index])
    free(chosen)


cdef void connections_end(bint secure) noexcept nogil:
    _end(secure, False)


cdef void connections_sweep() noexcept nogil:
    # Set in the polling thread; where it is not, whoever connects shows up in a later turn.
    if _connections.any_stale:
        _end(False, True)


cdef void connections_set_factory(
    bint secure, pjsip_tpfactory *factory, bint verify
) noexcept nogil:
    sipsimple_connections_hold()
    _connections.factories[<int> secure] = factory
    if secure:
        _connections.verify = verify
    sipsimple_connections_drop()


cdef pj_status_t connections_register(pjsip_endpoint *endpoint) noexcept nogil:
    cdef pjsip_tpmgr *manager = pjsip_endpt_get_tpmgr(endpoint)
    sipsimple_connections_hold()
    _connections.next = pjsip_tpmgr_get_state_cb(manager)
    _connections.count = 0
    _connections.any_stale = False
    _connections.verify = False
    _connections.factories[0] = _connections.factories[1] = NULL
    sipsimple_connections_drop()
    return pjsip_tpmgr_set_state_cb(manager, _on_state)
