from sipsimple.pjproject.native cimport NativeObject
from sipsimple.pjproject.pjlib cimport pj_pool_t
from sipsimple.pjproject.pjmedia cimport pjmedia_sock_info
from sipsimple.media.resources cimport Endpoint
from sipsimple.media.rtp_socket cimport RTPSocket


cdef class RTPTransport(NativeObject):
    cdef object lock
    cdef str _bind_address
    cdef bint is_ipv6
    # (address, port), or None.
    cdef tuple _remote_sdp

    cdef RTPSocket *rtp(self) noexcept nogil
    cdef str get_state(self)
    cdef int open(self) except -1
    cdef int reset(self) except -1
    cdef tuple addresses(self)
    cdef int sock_info(self, pjmedia_sock_info *info) except -1


cdef Endpoint *enter_transport(RTPSocket *rtp) except NULL
cdef pj_pool_t *new_pool() except NULL
cdef check_stream(session, index, what)
