"""Memory pools for one thread at a time, which may be used and released with the GIL held."""

from sipsimple.pjproject.pjlib cimport pj_pool_t, pj_size_t

cdef pj_pool_t *private_pool(pj_size_t initial, pj_size_t increment) except NULL
