"""Session descriptions on their way from PJSIP's callbacks to Python, as text.

Printing one takes a tenth of the memory that a copy of pjmedia's structs takes, and few observers
read what was negotiated: it is parsed when they do.
"""

cimport cython
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from sipsimple.pjproject.pjmedia_sdp cimport pjmedia_sdp_print

from sipsimple.sdp import SDPSession
from sipsimple.sdp.pjmedia import parse_by_pjmedia

cdef enum:
    # Nearly all that come over UDP fit; the others get memory of their own while they are printed.
    USUAL_LENGTH = 2048
    LONGEST = 262144


cdef bint _keep(PrintedSDP *printed, const char *text, int length) noexcept nogil:
    if length <= 0:
        return False
    printed.text = <char *> malloc(length)
    if printed.text == NULL:
        return False
    memcpy(printed.text, text, length)
    printed.length = length
    return True


cdef bint sdp_print(PrintedSDP *printed, const pjmedia_sdp_session *sdp) noexcept nogil:
    cdef char usual[USUAL_LENGTH]
    cdef char *buffer
    cdef size_t size = sizeof(usual)
    cdef int length = pjmedia_sdp_print(sdp, usual, size)
    cdef bint kept
    printed.text = NULL
    printed.length = 0
    if length >= 0:
        return _keep(printed, usual, length)
    while size < LONGEST:
        size *= 4
        buffer = <char *> malloc(size)
        if buffer == NULL:
            return False
        length = pjmedia_sdp_print(sdp, buffer, size)
        kept = _keep(printed, buffer, length)
        free(buffer)
        if length >= 0:
            return kept
    return False


cdef void sdp_free(PrintedSDP *printed) noexcept nogil:
    free(printed.text)
    printed.text = NULL
    printed.length = 0


@cython.auto_pickle(False)
cdef class NegotiatedSDP:
    """Both descriptions of a session, which become objects when they are read."""

    def read(self, name):
        """One item of the notification that tells of them.

        Args:
            name: `local_sdp` or `remote_sdp`.

        Returns:
            A new `SDPSession`.
        """
        return parse_printed(self._local if name == "local_sdp" else self._remote)


cdef NegotiatedSDP negotiated_sdp(const PrintedSDP *local, const PrintedSDP *remote):
    cdef NegotiatedSDP both = NegotiatedSDP.__new__(NegotiatedSDP)
    both._local = local.text[:local.length]
    both._remote = remote.text[:remote.length]
    return both


def parse_printed(bytes text not None):
    """An `SDPSession` from what pjmedia has printed.

    Args:
        text: The text.

    Raises:
        ValueError: It is no session description.
    """
    try:
        return SDPSession.parse(text)
    except ValueError:
        # pjmedia takes a little more, such as a port that is no number (it is 0 then).
        return parse_by_pjmedia(text)
