"""C interface of session descriptions on their way from PJSIP's callbacks to Python."""

from sipsimple.pjproject.pjmedia_sdp cimport pjmedia_sdp_session

# A description as text; no text where it could not be had.
cdef struct PrintedSDP:
    char *text
    size_t length

# Print into memory of its own. There is no text where memory is out, or where it is too long.
cdef void sdp_print(PrintedSDP *printed, const pjmedia_sdp_session *sdp) noexcept nogil
cdef void sdp_free(PrintedSDP *printed) noexcept nogil
