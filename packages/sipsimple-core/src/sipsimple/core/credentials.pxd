"""C interface of `Credentials`."""

from sipsimple.core.uri cimport SIPURI

cdef class Credentials:
    cdef SIPURI _uri
    cdef str _password
    cdef str _token
    # (algorithm, realm) -> digest in hexadecimal; checked, never changed
    cdef dict _ha1

# The copy that an object keeps of what it was given; TypeError unless it is a Credentials.
cdef Credentials own_credentials(object credentials)
