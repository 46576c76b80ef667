from sipsimple.pjproject.pjlib cimport pj_pool_t, pj_str_t

cdef str to_str(const pj_str_t *text)
cdef bytes to_bytes(const pj_str_t *text)
cdef bytes encode(object text, str what)
cdef pj_str_t pool_str(pj_pool_t *pool, object text) except *
cdef pj_str_t borrow(bytes text) noexcept
