from sipsimple.pjproject.pjmedia cimport pjmedia_stream_info
from sipsimple.media.audio_stream cimport AudioStream
from sipsimple.media.endpoint cimport MediaEndpoint
from sipsimple.media.resources cimport BridgeObject, Endpoint
from sipsimple.media.rtp_socket cimport RTPSocket
from sipsimple.media.rtp_transport cimport RTPTransport


cdef class AudioTransport(BridgeObject):
    cdef RTPTransport _transport
    cdef MediaEndpoint media
    cdef bint silence_detection
    cdef bint started
    cdef bint stopped
    # SDPMedia: everything this end can do, and what has been negotiated.
    cdef object offer
    cdef object answer
    cdef str _codec
    cdef object _sample_rate
    cdef str _direction
    # What the offer that it was created with allows.
    cdef str answer_limit
    cdef bint sends_dtmf
    cdef object last_statistics

    cdef RTPSocket *rtp(self) except NULL
    cdef object describe(self, Endpoint *endpoint)
    cdef object local_session(self, object remote_session, unsigned index)
    cdef int answer_offer(
        self, Endpoint *endpoint, object remote_sdp, unsigned index
    ) except -1
    cdef int start_stream(
        self, Endpoint *endpoint, object local_sdp, object remote_sdp, unsigned index
    ) except -1
    cdef int end(self) except -1
    cdef AudioStream *active_stream(self) except NULL
