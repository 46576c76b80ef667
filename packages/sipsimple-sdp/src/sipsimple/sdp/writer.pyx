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
