"""C interface of session descriptions on their way from PJSIP's callbacks to Python."""

from sipsimple.pjproject.pjmedia_sdp cimport pjmedia_sdp_session

# A description as text; no text where it could not be had.
cdef struct PrintedSDP:
    char *text
    size_t length

# Print into memory of its own; False, and no text, when memory is out or it is too long.
cdef bint sdp_print(PrintedSDP *printed, const pjmedia_sdp_session *sdp) noexcept nogil
cdef void sdp_free(PrintedSDP *printed) noexcept nogil

cdef class NegotiatedSDP:
    cdef bytes _local
    cdef bytes _remote

# Both have a text.
cdef NegotiatedSDP negotiated_sdp(const PrintedSDP *local, const PrintedSDP *remote)
