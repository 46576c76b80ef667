"""C interface of the event packages of this process's endpoint."""

from sipsimple.pjproject.pjlib cimport pj_status_t, pj_str_t
from sipsimple.pjproject.pjsip cimport pjsip_dialog, pjsip_endpoint
from sipsimple.pjproject.pjsip_simple cimport pjsip_evsub, pjsip_evsub_user

# Lives as long as the endpoint.
cdef struct Package:
    Package *next
    pj_str_t name
    unsigned count
    pj_str_t types[32]

# With each new endpoint, after whatever registers bodies of its own with it: no packages yet.
cdef pj_status_t packages_register(pjsip_endpoint *endpoint) noexcept nogil
# The place of the subscriber in PJSIP's subscription.
cdef int packages_module_id() noexcept nogil
# Both have passed `event_types.checked_event()`. Inside the gate, or while the endpoint starts.
cdef int package_add(str event, list accept_types) except -1
# NULL when it was not added.
cdef const Package *package_find(const pj_str_t *name) noexcept nogil
cdef pj_status_t package_create_uac(
    const Package *package,
    pjsip_dialog *dialog,
    const pjsip_evsub_user *callbacks,
    pjsip_evsub **subscription,
) noexcept nogil
