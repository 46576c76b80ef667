"""Memory pools that take no lock: what PJSIP never sees, or sees during one call only.

The pools of `runtime.create_pool()` come from a cache that PJSIP's threads share, under a lock
of its own, so that the GIL must be released around making and releasing one. That costs more
than to fill a small pool, and another thread may take the GIL meanwhile.
"""

from libc.string cimport memset

from sipsimple.pjproject.pjlib cimport (
    pj_pool_create_int,
    pj_pool_destroy_int,
    pj_pool_factory,
    pj_pool_factory_default_policy,
    pj_pool_t,
    pj_size_t,
)

cdef pj_pool_factory _factory


cdef void _no_memory(pj_pool_t *pool, pj_size_t size) noexcept nogil:
    # The allocation returns NULL. PJLIB's own callback would throw an exception of PJLIB's,
    # which nobody here catches.
    pass


cdef void _release(pj_pool_factory *factory, pj_pool_t *pool) noexcept nogil:
    pj_pool_destroy_int(pool)


cdef void _prepare() noexcept:
    memset(&_factory, 0, sizeof(_factory))
    _factory.policy = pj_pool_factory_default_policy
    _factory.policy.callback = _no_memory
    _factory.release_pool = _release


_prepare()


cdef pj_pool_t *private_pool(pj_size_t initial, pj_size_t increment) except NULL:
    """A new pool; `pj_pool_release()` frees it, in any thread, with the GIL or without.

    Args:
        initial: Octets to begin with.
        increment: Octets to grow by.

    Raises:
        MemoryError: There is none left.

    Source: `pj_pool_create_int()`, what PJLIB makes its own factories of.
    """
    cdef pj_pool_t *pool = pj_pool_create_int(
        &_factory, b"private", initial, increment, 0, _no_memory
    )
    if pool == NULL:
        raise MemoryError
    return pool
