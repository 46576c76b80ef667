"""`Writer`: the text of a session description as it grows, in UTF-8."""

from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.exc cimport PyErr_Clear
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcpy

cdef extern from "Python.h":
    # NULL, with an exception set, for text that has surrogates.
    const char *PyUnicode_AsUTF8AndSize(object text, Py_ssize_t *size)


cdef class Writer:
    """Nothing here is for Python: the SDP classes write themselves with it."""

    def __cinit__(self):
        self._room = 1024
        self._data = <char *> malloc(self._room)
        if self._data == NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self._data)

    cdef int _grow(self, size_t length) except -1:
        cdef size_t room = 2 * self._room
        while room - self._size < length:
            room *= 2
        cdef char *data = <char *> realloc(self._data, room)
        if data == NULL:
            raise MemoryError
        self._data = data
        self._room = room
        return 0

    cdef int raw(self, const char *start, size_t length) except -1:
        if self._room - self._size < length:
            self._grow(length)
        memcpy(self._data + self._size, start, length)
        self._size += length
        return 0

    cdef int character(self, char value) except -1:
        return self.raw(&value, 1)

    cdef int text(self, str value) except -1:
        cdef Py_ssize_t length
        cdef const char *start = PyUnicode_AsUTF8AndSize(value, &length)
        cdef bytes encoded
        if start == NULL:
            # What was not UTF-8 when it was read (PEP 383).
            PyErr_Clear()
            encoded = value.encode("utf-8", "surrogateescape")
            return self.raw(encoded, len(encoded))
        return self.raw(start, length)

    cdef int pair(self, char kind, str first, char separator, str second) except -1:
        """Write a whole line of two texts: most lines are such."""
        cdef Py_ssize_t first_length, second_length
        cdef const char *first_start = PyUnicode_AsUTF8AndSize(first, &first_length)
        cdef const char *second_start = NULL
        cdef char *place
        if first_start != NULL:
            second_start = PyUnicode_AsUTF8AndSize(second, &second_length)
        if second_start == NULL:
            PyErr_Clear()
            self.begin(kind)
            self.text(first)
            self.character(separator)
            self.text(second)
            return self.end()
        # Its own five characters: the type, two separators and CRLF.
        if self._room - self._size < <size_t> (first_length + second_length + 5):
            self._grow(first_length + second_length + 5)
        place = self._data + self._size
        place[0] = kind
        place[1] = c"="
        place += 2
        memcpy(place, first_start, first_length)
        place += first_length
        place[0] = separator
        memcpy(place + 1, second_start, second_length)
        place += second_length + 1
        place[0] = c"\r"
        place[1] = c"\n"
        self._size = place + 2 - self._data
        return 0

    cdef int number(self, unsigned long long value) except -1:
        cdef char[20] digits
        cdef int place = 20
        while True:
            place -= 1
            digits[place] = <char> (c"0" + value % 10)
            value //= 10
            if value == 0:
                return self.raw(digits + place, 20 - place)

    cdef int begin(self, char kind) except -1:
        """Begin a line of a type."""
        cdef char[2] start
        start[0] = kind
        start[1] = c"="
        return self.raw(start, 2)

    cdef int end(self) except -1:
        """End a line."""
        return self.raw(b"\r\n", 2)

    cdef bytes as_bytes(self):
        return PyBytes_FromStringAndSize(self._data, self._size)

    cdef str as_str(self):
        return self._data[:self._size].decode("utf-8", "surrogateescape")
