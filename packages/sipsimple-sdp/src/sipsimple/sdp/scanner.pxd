"""C interface of what reads the text of a session description."""

# A run of characters inside a text that somebody else owns.
cdef struct Span:
    const char *start
    const char *end

# What is left to read of a text, or of a line.
ctypedef Span Cursor

# The places of types of lines in their order: 0 for one that has none in the section.
cdef enum:
    PLACE_OF_TIMES = 10
    LAST_PLACE_OF_FIELDS = 11
    PLACE_OF_ATTRIBUTES = 12

cdef int place_in_session(char kind) noexcept nogil
cdef int place_in_media(char kind) noexcept nogil

cdef bint next_line(Cursor *text, Span *line) noexcept nogil
cdef bint next_word(Cursor *line, Span *word) noexcept nogil
cdef unsigned long long number_of(const Span *digits) noexcept nogil
cdef str text_of(const Span *span)

cdef bint is_printed_so(char kind, Span value) noexcept nogil
cdef bint is_canonical(const char *text, size_t size) noexcept nogil
cdef size_t section_end(
    const char *text, size_t begin, size_t end, size_t *fields_end
) noexcept nogil
