from sipsimple.pjproject.pjlib cimport pj_pool_t
from sipsimple.pjproject.pjmedia cimport pjmedia_sock_info
from sipsimple.pjproject.pjmedia_sdp cimport pjmedia_sdp_session
from sipsimple.media.resources cimport Endpoint

cdef object create_offer(
    Endpoint *endpoint, const pjmedia_sock_info *info, pj_pool_t *pool
)
cdef object create_answer(
    Endpoint *endpoint, object offer, object remote_session, unsigned index, pj_pool_t *pool
)
cdef pjmedia_sdp_session *single_stream(
    object session, unsigned index, pj_pool_t *pool
) except NULL
cdef object with_direction(object media, str direction)
