"""Words and values of most descriptions, made once: they need no memory and no decoding again.

The table is filled at import and only read afterwards, so any number of threads may use it.
"""

from cpython.object cimport PyObject
from libc.string cimport memcmp

from sipsimple.sdp.scanner cimport Span, text_of

cdef extern from "Python.h":
    const char *PyUnicode_AsUTF8AndSize(object text, Py_ssize_t *size) except NULL

# The names of attributes and other tokens of RFC 8866 and of what browsers, phones and gateways
# add (IANA's registry of SDP parameters), and all payload types.
cdef tuple WORDS = (
    *map(str, range(128)),
    *"""
    - IN IP4 IP6 PSTN RFC2543 NSAP E164
    audio video text application message image
    RTP/AVP RTP/AVPF RTP/SAVP RTP/SAVPF UDP/TLS/RTP/SAVP UDP/TLS/RTP/SAVPF TCP/RTP/AVP
    TCP/TLS/RTP/SAVP TCP/TLS/RTP/SAVPF UDP UDPTL udptl TCP TCP/TLS TCP/MSRP TCP/TLS/MSRP
    DTLS/SCTP UDP/DTLS/SCTP TCP/DTLS/SCTP UDP/TLS/UDPTL TCP/BFCP TCP/TLS/BFCP UDP/BFCP *
    webrtc-datachannel t38
    CT AS TIAS RR RS X
    rtpmap fmtp ptime maxptime sendrecv sendonly recvonly inactive
    rtcp rtcp-mux rtcp-mux-only rtcp-rsize rtcp-fb rtcp-xr crypto
    candidate remote-candidates end-of-candidates ice-ufrag ice-pwd ice-options ice-lite
    ice-mismatch ice-pacing setup fingerprint tls-id connection
    group mid msid msid-semantic bundle-only ssrc ssrc-group extmap extmap-allow-mixed
    rid simulcast imageattr framerate framesize quality orient content label
    charset sdplang lang tool cat keywds type
    sctpmap sctp-port max-message-size
    path accept-types accept-wrapped-types max-size msrp-cema
    file-selector file-transfer-id file-disposition file-date
    T38FaxVersion T38MaxBitRate T38FaxRateManagement T38FaxMaxBuffer T38FaxMaxDatagram
    T38FaxUdpEC T38FaxFillBitRemoval T38FaxTranscodingMMR T38FaxTranscodingJBIG
    key-mgmt encryption zrtp-hash source-filter ts-refclk mediaclk sync-time
    range control tcap pcfg acfg acap csup creq curr des conf
    silenceSupp ecan direction alt nortpproxy confid userid floorctrl floorid
    direct-connection sqn cdsc cpar
    x-capability X-cap x-candidate x-sqn
    actpass active passive holdconn trickle
    """.split(),
    # Values that say the same wherever they stand.
    "0 PCMU/8000",
    "3 GSM/8000",
    "8 PCMA/8000",
    "9 G722/8000",
    "13 CN/8000",
    "18 G729/8000",
    "18 annexb=no",
    "96 telephone-event/8000",
    "101 telephone-event/8000",
    "101 0-15",
    "101 0-16",
    "110 telephone-event/48000",
    "111 opus/48000/2",
    "126 telephone-event/8000",
)

cdef enum:
    LONGEST = 32
    # A power of two, with room enough that searches end soon.
    PLACES = 1024

cdef struct Word:
    const char *start
    size_t length
    PyObject *text

cdef Word[PLACES] _table


cdef size_t _place_of(const char *start, size_t length) noexcept nogil:
    cdef size_t middle = <unsigned char> start[length // 2]
    cdef size_t first = <unsigned char> start[0]
    cdef size_t last = <unsigned char> start[length - 1]
    # Factors that leave nearly every word of the table at a place of its own.
    return (first * 622 + middle * 743 + last * 133 + length * 96) % PLACES


cdef const Word *_find(const char *start, size_t length) noexcept nogil:
    """Where the word is in the table, or is to be: a place without text."""
    cdef size_t place = _place_of(start, length)
    while _table[place].text != NULL:
        if _table[place].length == length and memcmp(_table[place].start, start, length) == 0:
            break
        place = (place + 1) % PLACES
    return &_table[place]


cdef str word_of(const Span *span):
    """The text of what many descriptions have."""
    cdef size_t length = span.end - span.start
    cdef const Word *known
    if length == 0:
        return ""
    if length > LONGEST:
        return text_of(span)
    known = _find(span.start, length)
    if known.text != NULL:
        return <str> known.text
    return text_of(span)


cdef int _fill() except -1:
    cdef Py_ssize_t length
    cdef const char *start
    cdef Word *place
    for word in WORDS:
        # Both belong to the word, which lives as long as the tuple of them all.
        start = PyUnicode_AsUTF8AndSize(word, &length)
        place = <Word *> _find(start, length)
        place.start = start
        place.length = length
        place.text = <PyObject *> word
    return 0


_fill()
