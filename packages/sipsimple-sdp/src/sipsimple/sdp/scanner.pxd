"""C interface of what reads the text of a session description.

What is called for each line is here, so that it becomes part of who calls it.
"""

from libc.string cimport memchr

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


cdef inline bint next_line(Cursor *text, Span *line) noexcept nogil:
    """Step to the next line of a canonical text; the span is without the CRLF."""
    cdef const char *end
    if text.start == text.end:
        return False
    end = <const char *> memchr(text.start, b"\n", text.end - text.start)
    line.start = text.start
    line.end = end - 1
    text.start = end + 1
    return True


cdef inline bint next_word(Cursor *line, Span *word) noexcept nogil:
    """Step to what stands before the next space, or the end. It may be empty."""
    cdef const char *end
    if line.start > line.end:
        return False
    end = <const char *> memchr(line.start, b" ", line.end - line.start)
    word.start = line.start
    word.end = line.end if end == NULL else end
    # One beyond the end where this was the last one, so that "a " has two words.
    line.start = word.end + 1
    return True


cdef inline str text_of(const Span *span):
    return span.start[:span.end - span.start].decode("utf-8", "surrogateescape")


cdef unsigned long long number_of(const Span *digits) noexcept nogil

cdef bint is_printed_so(char kind, Span value) noexcept nogil
cdef bint is_canonical(const char *text, size_t size) noexcept nogil
cdef size_t section_end(
    const char *text, size_t begin, size_t end, size_t *fields_end
) noexcept nogil
