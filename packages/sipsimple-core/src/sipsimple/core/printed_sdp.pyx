"""Session descriptions on their way from PJSIP's callbacks to Python, as text.

Printing one takes a tenth of the memory that a copy of pjmedia's structs takes, and few observers
read what was negotiated: it is parsed when they do.
"""

from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from sipsimple.pjproject.pjmedia_sdp cimport pjmedia_sdp_print

from sipsimple.sdp import SDPSession
from sipsimple.sdp.pjmedia import parse_by_pjmedia

cdef enum:
    # Nearly all that come over UDP fit; the others get memory of their own while they are printed.
    USUAL_LENGTH = 2048
    LONGEST = 262144


cdef void _keep(PrintedSDP *printed, const char *text, int length) noexcept nogil:
    printed.text = <char *> malloc(length)
    if printed.text != NULL:
        memcpy(printed.text, text, length)
        printed.length = length


cdef void sdp_print(PrintedSDP *printed, const pjmedia_sdp_session *sdp) noexcept nogil:
    cdef char usual[USUAL_LENGTH]
    cdef char *buffer
    cdef size_t size = sizeof(usual)
    cdef int length = pjmedia_sdp_print(sdp, usual, size)
    printed.text = NULL
    printed.length = 0
    if length > 0:
        _keep(printed, usual, length)
    # It does not say how much it wants.
    while length < 0 and size < LONGEST:
        size *= 4
        buffer = <char *> malloc(size)
        if buffer == NULL:
            return
        length = pjmedia_sdp_print(sdp, buffer, size)
        if length > 0:
            _keep(printed, buffer, length)
        free(buffer)


cdef void sdp_free(PrintedSDP *printed) noexcept nogil:
    free(printed.text)
    printed.text = NULL
    printed.length = 0


def read_printed(dict texts not None, str name not None):
    """One of several descriptions that pjmedia has printed.

    Args:
        texts: Their texts, as bytes.
        name: Which one.

    Returns:
        A new `SDPSession`.

    Raises:
        ValueError: It is no session description.
    """
    cdef bytes text = texts[name]
    try:
        return SDPSession.parse(text)
    except ValueError:
        # pjmedia takes a little more of the other side's: an `o=` with an empty field, a NUL.
        return parse_by_pjmedia(text)
