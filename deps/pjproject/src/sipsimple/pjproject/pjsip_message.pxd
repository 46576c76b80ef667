"""C declarations of libpjsip: what is checked of messages that arrive, `sip_msg.h`."""

from sipsimple.pjproject.pjlib cimport pj_size_t
from sipsimple.pjproject.pjsip cimport pjsip_hdr, pjsip_hdr_e, pjsip_msg_body

cdef extern from "pjsip.h" nogil:
    enum:
        PJSIP_SC_BAD_REQUEST
        PJSIP_SC_DECLINE
        PJSIP_SC_NOT_ACCEPTABLE
        PJSIP_TRANSPORT_DATAGRAM
    ctypedef struct pjsip_clen_hdr:
        pjsip_hdr *prev
        pjsip_hdr *next
        pjsip_hdr_e type
        int len
    int pjsip_print_text_body(pjsip_msg_body *body, char *buf, pj_size_t size)
    ctypedef struct pjsip_multipart_part:
        pjsip_msg_body *body
    pjsip_multipart_part *pjsip_multipart_get_first_part(const pjsip_msg_body *mp)
    pjsip_multipart_part *pjsip_multipart_get_next_part(const pjsip_msg_body *mp,
                                                        pjsip_multipart_part *part)
