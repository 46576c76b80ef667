"""A description that waits to be sent."""

from sipsimple.pjproject.pjlib cimport pj_pool_t
from sipsimple.pjproject.pjmedia_sdp cimport pjmedia_sdp_session


cdef class LocalDescription:
    cdef pj_pool_t *_pool
    # Nothing changes it: PJSIP makes a copy of what it sends.
    cdef const pjmedia_sdp_session *native


cdef LocalDescription local_description(object session)
