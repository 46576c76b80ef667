"""Which requests have been accepted lately: retransmissions and merged requests are known by it.

A server transaction of PJSIP's would tell too (RFC 3261 section 17.2.2). But it keeps the whole
response and its buffer for 32 seconds, 70 kB for each message, and costs more than everything
else that is done for one. What has to be kept of a request whose response can be made again
from its retransmission is what it is recognized by.
"""

from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcmp, memcpy

from sipsimple.pjproject.pjlib cimport pj_gettickcount, pj_str_t, pj_time_val
from sipsimple.pjproject.pjsip cimport pjsip_via_hdr

cdef enum:
    # 64 times T1: as long as a client retransmits (RFC 3261 section 17.1.2.2).
    MILLISECONDS = 32000
    # What is beyond them, in a flood, is forgotten early: about 60 MB.
    MOST_REQUESTS = 262144
    BUCKETS = 32768
    # Nobody makes the search long by choosing what falls into one bucket.
    LONGEST_SEARCH = 64

cdef struct Accepted:
    Accepted *next_here     # in the bucket
    Accepted **here         # what leads to it there
    Accepted *next_newer
    uint64_t number         # what the identity comes down to
    int64_t until
    size_t identity_length
    size_t length
    char key[1]             # the identity, then the transaction

# What to compare a request by, in pieces where they are.
cdef struct Key:
    pj_str_t pieces[6]
    char numbers[2][4]
    uint64_t number
    size_t identity_length
    size_t length

cdef enum:
    # Call-ID, CSeq and From tag; then branch, host and port of the topmost Via.
    IDENTITY_PIECES = 3
    PIECES = 6

cdef Accepted *_buckets[BUCKETS]
cdef Accepted *_oldest = NULL
cdef Accepted *_newest = NULL
cdef size_t _count = 0


cdef int64_t _now() noexcept nogil:
    cdef pj_time_val now
    pj_gettickcount(&now)
    return <int64_t> now.sec * 1000 + now.msec


cdef void _fill(Key *key, const pjsip_rx_data *request) noexcept nogil:
    """RFC 3261 section 8.2.2.2: the identity; section 17.2.3: the transaction."""
    cdef pjsip_via_hdr *via = request.msg_info.via
    cdef int index
    cdef int place
    cdef uint64_t number = 14695981039346656037U
    memcpy(key.numbers[0], &request.msg_info.cseq.cseq, 4)
    memcpy(key.numbers[1], &via.sent_by.port, 4)
    key.pieces[0] = request.msg_info.cid.id
    key.pieces[1].ptr = key.numbers[0]
    key.pieces[1].slen = 4
    key.pieces[2] = request.msg_info.from_.tag
    key.pieces[3] = via.branch_param
    key.pieces[4] = via.sent_by.host
    key.pieces[5].ptr = key.numbers[1]
    key.pieces[5].slen = 4
    key.length = 0
    for index in range(PIECES):
        if index == IDENTITY_PIECES:
            key.identity_length = key.length
        if key.pieces[index].slen < 0:
            key.pieces[index].slen = 0
        key.length += key.pieces[index].slen
        if index < IDENTITY_PIECES:
            # FNV-1a.
            for place in range(key.pieces[index].slen):
                number ^= <unsigned char> key.pieces[index].ptr[place]
                number *= 1099511628211U
    key.number = number


cdef bint _same(const Key *key, const char *text, int first, int last) noexcept nogil:
    cdef int index
    for index in range(first, last):
        if key.pieces[index].slen > 0:
            if memcmp(text, key.pieces[index].ptr, key.pieces[index].slen) != 0:
                return False
            text += key.pieces[index].slen
    return True


cdef Sighting recent_find(const pjsip_rx_data *request) noexcept nogil:
    cdef Key key
    cdef Accepted *item
    cdef int64_t now = _now()
    cdef int steps = 0
    _fill(&key, request)
    item = _buckets[key.number % BUCKETS]
    while item != NULL and steps < LONGEST_SEARCH:
        if (
            item.number == key.number
            and item.until > now
            and item.identity_length == key.identity_length
            and _same(&key, item.key, 0, IDENTITY_PIECES)
        ):
            if item.length == key.length and _same(
                &key, item.key + key.identity_length, IDENTITY_PIECES, PIECES
            ):
                return RETRANSMITTED
            return MERGED
        item = item.next_here
        steps += 1
    return NEW_REQUEST


cdef void _drop_oldest() noexcept nogil:
    global _oldest, _newest, _count
    cdef Accepted *item = _oldest
    item.here[0] = item.next_here
    if item.next_here != NULL:
        item.next_here.here = item.here
    _oldest = item.next_newer
    if _oldest == NULL:
        _newest = NULL
    _count -= 1
    free(item)


cdef bint recent_add(const pjsip_rx_data *request) noexcept nogil:
    global _oldest, _newest, _count
    cdef Key key
    cdef Accepted *item
    cdef char *place
    cdef int index
    cdef int64_t now = _now()
    while _oldest != NULL and (_oldest.until <= now or _count >= MOST_REQUESTS):
        _drop_oldest()
    _fill(&key, request)
    item = <Accepted *> malloc(sizeof(Accepted) + key.length)
    if item == NULL:
        return False
    item.number = key.number
    item.until = now + MILLISECONDS
    item.identity_length = key.identity_length
    item.length = key.length
    place = item.key
    for index in range(PIECES):
        if key.pieces[index].slen > 0:
            memcpy(place, key.pieces[index].ptr, key.pieces[index].slen)
            place += key.pieces[index].slen
    item.here = &_buckets[key.number % BUCKETS]
    item.next_here = item.here[0]
    if item.next_here != NULL:
        item.next_here.here = &item.next_here
    item.here[0] = item
    item.next_newer = NULL
    if _newest != NULL:
        _newest.next_newer = item
    else:
        _oldest = item
    _newest = item
    _count += 1
    return True


cdef void recent_forget() noexcept nogil:
    while _oldest != NULL:
        _drop_oldest()
