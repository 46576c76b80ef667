"""`Registration`: a binding at a registrar, kept alive (RFC 3261 section 10).

PJSIP's registration client (`pjsip_regc`) makes the requests, answers challenges and 423.
When to send what is decided by `registration_machine.pyx`, which does without the GIL; the
refresh timer is our own, so that a refresh passes through the same states and takes a new
`expires` with it. Here is what Python sees of it.
"""

cimport cython
from libc.stdint cimport uint32_t
from libc.string cimport memcpy

from sipsimple.core.challenges cimport challenges_set_credentials
from sipsimple.core.queued_machine cimport (
    PLACE,
    PRESENT,
    REMOVE,
    Machine,
    StateEvent,
    machine_end_transaction,
)
from sipsimple.core.queued_primitive cimport QueuedPrimitive
from sipsimple.core.registration_machine cimport (
    ContactRecord,
    Native,
    registration_finalize,
    registration_forget_request,
    registration_on_answer,
    registration_on_transaction,
    registration_prepare,
)
from sipsimple.core.request_parts cimport (
    check_extra_headers,
    fill_credentials,
    header_list,
    route_set,
)
from sipsimple.core.ua cimport PJSIPUA, contact_header, current_ua
from sipsimple.core.uri cimport SIPURI
from sipsimple.pjproject.events cimport Event, emit
from sipsimple.pjproject.native cimport anchor_lock, anchor_unlock, anchor_unref
from sipsimple.pjproject.pjlib cimport (
    PJ_SUCCESS,
    pj_pool_release,
    pj_pool_t,
    pj_status_t,
    pj_str_t,
)
from sipsimple.pjproject.pjsip cimport (
    pjsip_cred_info,
    pjsip_hdr,
    pjsip_regc,
    pjsip_regc_add_headers,
    pjsip_regc_create,
    pjsip_regc_destroy,
    pjsip_regc_get_auth_sess,
    pjsip_regc_init,
    pjsip_regc_set_reg_tsx_cb,
    pjsip_regc_set_route_set,
    pjsip_route_hdr,
)
from sipsimple.pjproject.runtime cimport check, create_pool
from sipsimple.pjproject.strings cimport pool_str

from sipsimple.core.registration_states import STATES as _STATES


cdef int _deliver_state(object target, Event *base) except -1:
    cdef StateEvent *event = <StateEvent *> base
    cdef Registration registration = target
    cdef ContactRecord record
    cdef char *place = event.data + event.reason_length
    cdef dict data = registration.delivered(event)
    cdef list contacts
    if event.state == PRESENT:
        contacts = []
        for _ in range(event.count):
            memcpy(&record, place, sizeof(record))
            place += sizeof(record)
            contacts.append(
                (place[:record.length].decode("utf-8", "surrogateescape"), record.expires)
            )
            place += record.length
        data["contact_uri"] = registration._contact_uri
        data["expires"] = event.expires
        data["contact_uri_list"] = contacts
    return emit(base, "SCRegistrationChangedState", target, data)


@cython.auto_pickle(False)
cdef class Registration(QueuedPrimitive):
    """Registration(credentials, route=None, expires=300, extra_headers=None)
--

    Registers a SIP account at its registrar and keeps it registered.

    Both requests may be made in any state: while a transaction is running they are
    queued, and the last one wins. The object lives on while it is registered, even if
    nobody holds it.

    Args:
        credentials: The account, with the password if the registrar wants one. The object
            keeps a copy.
        route: Outbound proxy, or None to go by the account's domain (RFC 3263), and to the
            next of its servers where one fails. The object keeps a copy.
        expires: Seconds to register for.
        extra_headers: Names and values of headers to add to every REGISTER.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: `expires` is out of range, or a header cannot be added.
        SIPCoreError: The SIP core is not running, or the transport is disabled.

    Notifications:
        `SCRegistrationChangedState` with every change of `state`: `state`; `code` and
        `reason` where an answer, or its absence, caused it; when registered
        `contact_uri`, `expires` and `contact_uri_list`.

    Source: RFC 3261 section 10.2, `pjsip_regc`.
    """

    def __init__(self, credentials, route=None, expires=300, extra_headers=None):
        self.take_arguments(credentials, route, check_extra_headers(extra_headers, "expires"))
        self.begin(expires)

    cdef int create(self, int expires) except -1:
        cdef PJSIPUA ua = current_ua()
        cdef SIPURI account = self._credentials._uri
        cdef SIPURI registrar = account.copy()
        cdef bytes contact_text = contact_header(ua, self._credentials, self._route, account)
        cdef Machine *machine = self.make_machine(
            sizeof(Native), registration_finalize, ua, expires
        )
        cdef Native *native = <Native *> machine
        registration_prepare(native)
        machine.deliver = _deliver_state
        native.asked = expires
        # The domain of the account, RFC 3261 10.2.
        registrar._user = registrar._password = registrar._display = None
        registrar._headers = {}
        self._contact_uri = contact_text[1:-1].decode("ascii")
        cdef pj_pool_t *pool
        cdef pjsip_cred_info *infos
        cdef int credential_count
        cdef pjsip_route_hdr *route
        cdef pjsip_hdr *headers
        cdef pj_str_t server, identity, contact
        cdef pjsip_regc *regc = NULL
        cdef pj_status_t status
        with nogil:
            pool = create_pool("registration", 1024, 1024)
        if pool == NULL:
            raise MemoryError
        try:
            credential_count = fill_credentials(self._credentials, pool, &infos)
            route = route_set(self._route, pool)
            headers = header_list(self._extra_headers, pool)
            server = pool_str(pool, registrar.addr_spec())
            identity = pool_str(pool, account.name_addr())
            contact = pool_str(pool, contact_text)
            with nogil:
                status = pjsip_regc_create(
                    machine.endpoint, machine, registration_on_answer, &regc
                )
                if status == PJ_SUCCESS:
                    status = pjsip_regc_init(
                        regc, &server, &identity, &identity, 1, &contact, expires
                    )
                if status == PJ_SUCCESS:
                    status = challenges_set_credentials(
                        pjsip_regc_get_auth_sess(regc), credential_count, infos
                    )
                if status == PJ_SUCCESS:
                    status = pjsip_regc_set_reg_tsx_cb(regc, registration_on_transaction)
                if status == PJ_SUCCESS:
                    status = pjsip_regc_set_route_set(regc, route)
                if status == PJ_SUCCESS:
                    status = pjsip_regc_add_headers(regc, headers)
                if status != PJ_SUCCESS and regc != NULL:
                    pjsip_regc_destroy(regc)
        finally:
            with nogil:
                pj_pool_release(pool)
        check(status, f"could not create the registration of {account}")
        native.regc = regc
        machine.open = True
        return 0

    cdef tuple state_names(self):
        return _STATES

    cdef int let_go(self) except -1:
        cdef Native *native = <Native *> self.anchor
        cdef pjsip_regc *regc = native.regc
        native.regc = NULL
        with nogil:
            pjsip_regc_destroy(regc)
            registration_forget_request(native)
            # Destroyed, regc will not call back any more.
            if machine_end_transaction(&native.machine, 0):
                anchor_unref(&native.machine.base)
        return 0

    # ---- requests

    def register(self):
        """Register, or refresh the registration now; queued while a transaction runs.

        The registration is refreshed by itself before it expires.

        Raises:
            SIPCoreError: The SIP core has stopped.

        Notifications:
            `SCRegistrationChangedState`: "registering", then "registered" or
            "unregistered".

        Source: `pjsip_regc_register()`.
        """
        self.request(PLACE)

    def unregister(self):
        """Remove the binding; queued while a transaction runs, nothing when unregistered.

        Raises:
            SIPCoreError: The SIP core has stopped.

        Notifications:
            `SCRegistrationChangedState`: "unregistering", then "unregistered".

        Source: `pjsip_regc_unregister()`.
        """
        self.request(REMOVE)

    @property
    def expires_received(self):
        """Seconds that the registrar granted the last time; 0 before the first time."""
        cdef Machine *machine = self.machine()
        cdef uint32_t received
        anchor_lock(&machine.base)
        received = machine.received
        anchor_unlock(&machine.base)
        return received
