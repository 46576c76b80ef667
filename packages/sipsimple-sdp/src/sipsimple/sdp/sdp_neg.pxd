"""For who unregisters codecs: pjmedia's negotiator must not look at them meanwhile."""

cdef void lock_codecs() noexcept nogil
cdef void unlock_codecs() noexcept nogil
