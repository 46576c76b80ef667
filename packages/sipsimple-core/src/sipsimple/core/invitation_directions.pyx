"""The directions that the application gave to its streams, apart from what was agreed on.

An answer takes back what its offer does not allow: to "sendonly" it says "recvonly". Who answers
the next offer from that alone never sends again.
"""

from sipsimple.pjproject.pjmedia_sdp cimport (
    pjmedia_sdp_attr_create,
    pjmedia_sdp_media_add_attr,
    pjmedia_sdp_media_find_attr2,
    pjmedia_sdp_media_remove_all_attr,
)

cdef enum:
    SENDRECV = 0
    NAMES = 4

ctypedef const char *Name

cdef Name[NAMES] _names = [b"sendrecv", b"sendonly", b"recvonly", b"inactive"]


cdef void read_directions(Directions *directions, const pjmedia_sdp_session *sdp) noexcept nogil:
    cdef unsigned index
    cdef int direction
    directions.count = sdp.media_count
    for index in range(sdp.media_count):
        directions.of_stream[index] = SENDRECV
        for direction in range(NAMES):
            if pjmedia_sdp_media_find_attr2(sdp.media[index], _names[direction], NULL) != NULL:
                directions.of_stream[index] = direction
                break


cdef void write_directions(
    const Directions *directions, pjmedia_sdp_session *sdp, pj_pool_t *pool
) noexcept nogil:
    """Give the streams their directions back; those that there were none for keep theirs."""
    cdef unsigned index
    cdef int direction
    for index in range(min(directions.count, sdp.media_count)):
        for direction in range(NAMES):
            pjmedia_sdp_media_remove_all_attr(sdp.media[index], _names[direction])
        pjmedia_sdp_media_add_attr(
            sdp.media[index],
            pjmedia_sdp_attr_create(pool, _names[directions.of_stream[index]], NULL),
        )
