"""Conversion between Python's text and pjlib's, and who owns the memory."""

from cpython.exc cimport PyErr_Clear
from libc.string cimport memcpy

from sipsimple.pjproject.pjlib cimport pj_pool_alloc, pj_pool_t, pj_str_t

cdef extern from "Python.h":
    # Returns NULL with an exception set, which is looked at here and not by Cython.
    const char *utf8_of "PyUnicode_AsUTF8AndSize"(object text, Py_ssize_t *size) noexcept


cdef str to_str(const pj_str_t *text):
    """Text from the network as `str`; undecodable bytes survive a round trip (PEP 383)."""
    if text.ptr == NULL or text.slen <= 0:
        return ""
    return text.ptr[:text.slen].decode("utf-8", "surrogateescape")


cdef bytes to_bytes(const pj_str_t *text):
    """The bytes of a pjlib string."""
    if text.ptr == NULL or text.slen <= 0:
        return b""
    return text.ptr[:text.slen]


cdef bytes encode(object text, str what):
    """`str` or `bytes` as bytes; `what` names the value in the error.

    Raises:
        TypeError: It is neither.
    """
    if isinstance(text, bytes):
        return text
    if isinstance(text, str):
        return (<str> text).encode("utf-8", "surrogateescape")
    raise TypeError(f"{what}: must be str, not {type(text).__name__}")


cdef pj_str_t pool_str(pj_pool_t *pool, object text) except *:
    """Copy text into a pool that belongs to the caller alone; NUL-terminated for C's sake.

    The pool must be one that no other thread uses at the moment: allocation from it
    happens with the GIL held, which is right only where no lock can be waited for.
    """
    cdef bytes data
    cdef Py_ssize_t length = 0
    cdef const char *source = NULL
    cdef pj_str_t result
    if isinstance(text, str):
        # These octets are part of the object, at once or from now on.
        source = utf8_of(text, &length)
        if source == NULL:
            PyErr_Clear()  # it holds what could not be decoded once
    if source == NULL:
        data = encode(text, "text")
        source = data
        length = len(data)
    result.ptr = <char *> pj_pool_alloc(pool, length + 1)
    if result.ptr == NULL:
        raise MemoryError
    memcpy(result.ptr, source, length)
    result.ptr[length] = 0
    result.slen = length
    return result


cdef pj_str_t borrow(bytes text) noexcept:
    """A pjlib string over the memory of `text`: valid only while the caller holds `text`."""
    cdef pj_str_t result
    result.ptr = text
    result.slen = len(text)
    return result
