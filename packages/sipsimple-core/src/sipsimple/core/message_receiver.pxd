"""C interface of what takes the MESSAGE requests outside of dialogs."""

from sipsimple.pjproject.pjlib cimport pj_status_t
from sipsimple.pjproject.pjsip cimport pjsip_endpoint

# With each new endpoint, after request_handler_register().
cdef pj_status_t message_receiver_register(pjsip_endpoint *endpoint) noexcept nogil
