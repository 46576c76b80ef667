from sipsimple.pjproject.pjmedia cimport pjmedia_endpt

cdef int register_codecs(pjmedia_endpt *endpt) except -1
cdef void unregister_codecs() noexcept nogil
cdef int order_codecs(pjmedia_endpt *endpt, list names, unsigned sample_rate) except -1
