"""Reads the text of a session description where it lies, without making objects.

A text is canonical if it is, byte for byte, what the SDP classes print for what they read from
it: each line ended by CRLF, in the order of RFC 8866 section 5, single spaces, numbers without
leading zeros. What nearly every endpoint sends is. Such a text is kept as it came and taken
apart where it is read; any other is first rewritten by `sipsimple.sdp.normal`.
"""

from libc.stdint cimport uint64_t
from libc.string cimport memchr, memcmp, memcpy

# ---- numbers; lines and words are in scanner.pxd

cdef unsigned long long number_of(const Span *digits) noexcept nogil:
    cdef unsigned long long result = 0
    cdef const char *place = digits.start
    while place < digits.end:
        result = result * 10 + <unsigned> (place[0] - c"0")
        place += 1
    return result


# ---- is it canonical?

cdef bint _is_number(const Span *span, unsigned long long highest) noexcept nogil:
    cdef const char *place = span.start
    cdef size_t length = span.end - span.start
    if not 1 <= length <= 20 or (place[0] == c"0" and length > 1):
        return False
    while place < span.end:
        if not c"0" <= place[0] <= c"9":
            return False
        place += 1
    # Of 19 digits every number fits in 64 bits, of 20 not.
    if length == 20 and memcmp(span.start, b"18446744073709551615", 20) > 0:
        return False
    return number_of(span) <= highest


cdef int _words(Span line, Span *words, int limit) noexcept nogil:
    """How many words there are, the first of them in `words`; 0 if they are not set apart as
    the printer does."""
    cdef int count = 0
    cdef Span word
    if memchr(line.start, b"\t", line.end - line.start) != NULL:
        return 0
    while next_word(&line, &word):
        if word.start == word.end:
            return 0
        if count < limit:
            words[count] = word
        count += 1
    return count


cdef bint _is_origin(Span value) noexcept nogil:
    cdef Span[6] words
    return (
        _words(value, words, 6) == 6
        and _is_number(&words[1], <unsigned long long> -1)
        and _is_number(&words[2], <unsigned long long> -1)
    )


cdef bint _is_time(Span value) noexcept nogil:
    cdef Span[2] words
    return (
        _words(value, words, 2) == 2
        and _is_number(&words[0], <unsigned long long> -1)
        and _is_number(&words[1], <unsigned long long> -1)
    )


cdef bint _is_connection(Span value) noexcept nogil:
    cdef Span[3] words
    return _words(value, words, 3) == 3


cdef bint _is_bandwidth(Span value) noexcept nogil:
    cdef Span[1] words
    cdef Span number
    cdef const char *colon
    if _words(value, words, 1) != 1:
        return False
    colon = <const char *> memchr(value.start, b":", value.end - value.start)
    number.start = colon + 1
    number.end = value.end
    return colon != NULL and colon > value.start and _is_number(&number, 0xFFFFFFFF)


cdef bint _is_media(Span value) noexcept nogil:
    cdef Span[3] words
    cdef Span port, count
    cdef const char *slash
    if _words(value, words, 3) < 3:
        return False
    port = words[1]
    slash = <const char *> memchr(port.start, b"/", port.end - port.start)
    if slash != NULL:
        count.start = slash + 1
        count.end = port.end
        # One port is printed without a count.
        if not _is_number(&count, 65535) or number_of(&count) < 2:
            return False
        port.end = slash
    return _is_number(&port, 65535)


cdef bint _is_attribute(Span value) noexcept nogil:
    cdef const char *name_end = value.start
    # Names are short.
    while name_end < value.end and name_end[0] != c":":
        name_end += 1
    # A colon has something behind it, and the name something before it that is not white space.
    return (
        name_end > value.start
        and name_end[-1] != c" "
        and name_end[-1] != c"\t"
        and (name_end == value.end or name_end + 1 < value.end)
    )


# The order of lines in a session; those of a media section are some of them. Repeat times and
# zones belong to the t= line before them (RFC 8866 section 5.11). Letters that no RFC has given a
# meaning stand with the key.
cdef const char *ORDER = b"vosiuepcbt"
cdef const char *IN_MEDIA = b"icb"


cdef int place_in_session(char kind) noexcept nogil:
    cdef const char *found
    if kind == c"a":
        return PLACE_OF_ATTRIBUTES
    if kind == c"r" or kind == c"z":
        return PLACE_OF_TIMES
    if kind == c"m" or not c"a" <= kind <= c"z":
        return 0
    found = <const char *> memchr(ORDER, kind, PLACE_OF_TIMES)
    return LAST_PLACE_OF_FIELDS if found == NULL else <int> (found - ORDER) + 1


cdef int place_in_media(char kind) noexcept nogil:
    cdef int place = place_in_session(kind)
    if place < LAST_PLACE_OF_FIELDS and memchr(IN_MEDIA, kind, 3) == NULL:
        return 0
    return place


cdef bint is_printed_so(char kind, Span value) noexcept nogil:
    """Whether a line of a type is printed with just this value."""
    if kind == c"a":
        return _is_attribute(value)
    if kind == c"c":
        return _is_connection(value)
    if kind == c"b":
        return _is_bandwidth(value)
    if kind == c"t":
        return _is_time(value)
    if kind == c"o":
        return _is_origin(value)
    if kind == c"i":
        # An empty one is not printed.
        return value.start < value.end
    return True


cdef const char *_special(const char *place, const char *end) noexcept nogil:
    """Where the next CR, LF or NUL is; NULL where there is none."""
    cdef uint64_t block
    cdef const char *block_end
    while end - place >= 8:
        memcpy(&block, place, 8)
        # Whether one of the eight is below a space: nearly always only what ends the line is.
        if (block - 0x2020202020202020ULL) & ~block & 0x8080808080808080ULL:
            block_end = place + 8
            while place < block_end:
                if place[0] == c"\r" or place[0] == c"\n" or place[0] == 0:
                    return place
                place += 1
        else:
            place += 8
    while place < end:
        if place[0] == c"\r" or place[0] == c"\n" or place[0] == 0:
            return place
        place += 1
    return NULL


cdef bint _is_line(Cursor *text, Span *line) noexcept nogil:
    """Step over a line that is of the form type=value and ends in CRLF, and in nothing else."""
    cdef const char *end = _special(text.start, text.end)
    if end == NULL or end - text.start < 2 or text.end - end < 2:
        return False
    if text.start[1] != c"=" or end[0] != c"\r" or end[1] != c"\n":
        return False
    line.start = text.start
    line.end = end
    text.start = end + 2
    return True


cdef bint is_canonical(const char *text, size_t size) noexcept nogil:
    """Whether a text is what the SDP classes print for it. One that is no SDP is not."""
    cdef Cursor cursor
    cdef Span line
    cdef char kind
    cdef bint in_media = False
    cdef int place
    cdef int reached = 1
    cdef bint has_time = False
    cursor.start = text
    cursor.end = text + size
    if not (_is_line(&cursor, &line) and line.end - line.start == 3):
        return False
    if not (line.start[0] == c"v" and line.start[2] == c"0"):
        return False
    while cursor.start < cursor.end:
        if not _is_line(&cursor, &line):
            return False
        kind = line.start[0]
        line.start += 2
        if kind == c"m":
            # Everything that has no default has been there.
            if not has_time or not _is_media(line):
                return False
            in_media = True
            reached = 1
            continue
        if kind == c"a" and has_time:
            # Most lines are such, and nothing but them can follow but another section.
            if not _is_attribute(line):
                return False
            reached = PLACE_OF_ATTRIBUTES
            continue
        place = place_in_media(kind) if in_media else place_in_session(kind)
        if place < reached or not is_printed_so(kind, line):
            return False
        if not in_media:
            if place <= 3:
                # v=, o= and s= follow each other, each once.
                if place != reached + 1:
                    return False
            elif reached < 3:
                return False
            if place == PLACE_OF_TIMES:
                if kind != c"t" and not has_time:
                    return False
                has_time = True
            elif place > PLACE_OF_TIMES and not has_time:
                return False
        reached = place
    return has_time


# ---- where its parts are

cdef size_t section_end(
    const char *text, size_t begin, size_t end, size_t *fields_end
) noexcept nogil:
    """Where the section that begins at `begin` ends: at the next m= line, or the end.

    Where its fields end too: at the first attribute, since attributes are its last lines.
    """
    cdef Cursor cursor
    cdef Span line
    cdef bint in_fields = True
    fields_end[0] = end
    cursor.start = text + begin
    cursor.end = text + end
    # Its first line is the m= line where it is not that of the session.
    next_line(&cursor, &line)
    while next_line(&cursor, &line):
        if line.start[0] == c"a" and in_fields:
            fields_end[0] = line.start - text
            in_fields = False
        elif line.start[0] == c"m":
            if in_fields:
                fields_end[0] = line.start - text
            return line.start - text
    return end
