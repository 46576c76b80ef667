from sipsimple.sdp.scanner cimport Span


cdef str word_of(const Span *span)
