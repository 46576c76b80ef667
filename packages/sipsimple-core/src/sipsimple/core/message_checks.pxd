"""C interface of what is checked of each message before anything else sees it."""

from sipsimple.pjproject.pjlib cimport pj_status_t
from sipsimple.pjproject.pjsip cimport pjsip_endpoint

cdef pj_status_t message_checks_register(pjsip_endpoint *endpoint) noexcept nogil
