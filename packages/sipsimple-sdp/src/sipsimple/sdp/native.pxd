"""Between the SDP objects and pjmedia's structs, for the other packages' extensions."""

from sipsimple.pjproject.pjlib cimport pj_pool_t
from sipsimple.pjproject.pjmedia_sdp cimport pjmedia_sdp_media, pjmedia_sdp_session

# The number of this distribution's C interface: raise it whenever a C signature, a field or a
# vtable in one of its `.pxd` changes; see sipsimple.pjproject.abi.
cdef enum:
    SDP_ABI = 4

# The results live in the pool, which no other thread may use during the call.
cdef pjmedia_sdp_session *session_to_native(object session, pj_pool_t *pool) except NULL
cdef pjmedia_sdp_media *media_to_native(object media, pj_pool_t *pool) except NULL
# Copies of everything: the structs may go as soon as these return.
cdef object session_from_native(const pjmedia_sdp_session *native)
cdef object media_from_native(const pjmedia_sdp_media *native)
