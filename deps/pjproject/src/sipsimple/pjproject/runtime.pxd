from sipsimple.pjproject.pjlib cimport (
    pj_pool_factory,
    pj_pool_t,
    pj_size_t,
    pj_status_t,
)

cdef void ensure_thread() noexcept nogil
cdef int check(pj_status_t status, str what) except -1
cdef pj_pool_factory *pool_factory() noexcept nogil
cdef pj_pool_t *create_pool(const char *name, pj_size_t initial, pj_size_t increment) noexcept nogil
