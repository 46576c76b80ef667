"""The one function, with a C declaration of its own and two of sipsimple's."""

from sipsimple.pjproject.pjlib cimport pj_str_t
from sipsimple.pjproject.strings cimport to_str


cdef extern from "pjsip.h" nogil:
    const pj_str_t *pjsip_get_status_text(int code)


def phrase(int code):
    """The reason phrase of a status code (RFC 3261 section 21)."""
    return to_str(pjsip_get_status_text(code))
