"""Descriptions that are going to be sent, checked, for the other packages' extensions."""

from sipsimple.pjproject.pjlib cimport pj_pool_t
from sipsimple.pjproject.pjmedia_sdp cimport pjmedia_sdp_session

# The result lives in the pool, which no other thread may use during the call.
cdef pjmedia_sdp_session *sendable_to_native(
    object session, str what, pj_pool_t *pool
) except NULL
