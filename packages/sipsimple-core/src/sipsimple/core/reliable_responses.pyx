"""Provisional responses that are sent until PRACK comes (RFC 3262 section 4).

PJSIP sends the PRACK, once, and passes on every copy of the response all the same.
"""

from sipsimple.pjproject.pjlib cimport pj_hash_calc, pj_str, pj_str_t, pj_strtoul
from sipsimple.pjproject.pjsip cimport pjsip_generic_string_hdr, pjsip_msg_find_hdr_by_name


cdef bint reliable_is_repeated(Reliable *last, const pjsip_rx_data *response) noexcept nogil:
    cdef pj_str_t name = pj_str("RSeq")
    cdef const pj_str_t *tag = &response.msg_info.to.tag
    cdef Reliable this
    cdef bint repeated
    cdef pjsip_generic_string_hdr *header = <pjsip_generic_string_hdr *> (
        pjsip_msg_find_hdr_by_name(response.msg_info.msg, &name, NULL)
    )
    if header == NULL:
        return False
    # Each callee of a forked call counts for itself.
    this.number = pj_strtoul(&header.hvalue)
    this.tag = pj_hash_calc(0, tag.ptr, <unsigned> tag.slen)
    repeated = this.number != 0 and this.number == last.number and this.tag == last.tag
    last[0] = this
    return repeated
