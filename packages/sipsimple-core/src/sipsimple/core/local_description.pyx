"""A description that the application has set, as PJSIP is going to send it."""

cimport cython

from sipsimple.pjproject.pjlib cimport pj_pool_release
from sipsimple.pjproject.private_pool cimport private_pool
from sipsimple.sdp.sendable cimport sendable_to_native

cdef enum:
    # One description in pjmedia's structs.
    POOL_BYTES = 16384


@cython.auto_pickle(False)
cdef class LocalDescription:
    """pjmedia's struct of a description, and the memory that it is in."""

    def __dealloc__(self):
        if self._pool != NULL:
            pj_pool_release(self._pool)


cdef LocalDescription local_description(object session):
    """A copy of an `SDPSession`, checked; later changes of it change nothing here.

    Raises:
        TypeError: It is no `SDPSession`.
        ValueError: It is not valid, or cannot be negotiated; tells what is wrong.
    """
    cdef LocalDescription result = LocalDescription.__new__(LocalDescription)
    result._pool = private_pool(POOL_BYTES, POOL_BYTES)
    result.native = sendable_to_native(session, "local_sdp", result._pool)
    return result
