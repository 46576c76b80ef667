"""C interface of what prints session descriptions."""


cdef class Writer:
    cdef char *_data
    cdef size_t _size
    cdef size_t _room

    cdef int _grow(self, size_t length) except -1
    cdef int raw(self, const char *start, size_t length) except -1
    cdef int character(self, char value) except -1
    cdef int text(self, str value) except -1
    cdef int pair(self, char kind, str first, char separator, str second) except -1
    cdef int number(self, unsigned long long value) except -1
    cdef int begin(self, char kind) except -1
    cdef int end(self) except -1
    cdef bytes as_bytes(self)
    cdef str as_str(self)
