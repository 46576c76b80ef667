"""C interface of the headers of received messages."""

from sipsimple.pjproject.pjsip cimport pjsip_msg

# The `headers` of a notification, without those that authenticate; copies of everything.
cdef dict headers_from_native(const pjsip_msg *message)
