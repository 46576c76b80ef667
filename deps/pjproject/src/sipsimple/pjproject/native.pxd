"""What owns something native. The rules of life are in `docs/architecture.md`."""

from libc.stdint cimport uint64_t

# The one declaration of these for all packages.
cdef extern from "<pthread.h>" nogil:
    ctypedef struct pthread_mutex_t:
        pass
    int pthread_mutex_init(pthread_mutex_t *mutex, const void *attributes)
    int pthread_mutex_destroy(pthread_mutex_t *mutex)
    int pthread_mutex_lock(pthread_mutex_t *mutex)
    int pthread_mutex_unlock(pthread_mutex_t *mutex)

ctypedef void (*anchor_function)(Anchor *anchor) noexcept nogil

cdef struct Anchor:
    uint64_t identity
    int references
    pthread_mutex_t lock
    # The Python object has gone: start the native end. Set after `anchor_alloc()`; may be
    # NULL. Use this, not a `__dealloc__` of the subclass: see NativeObject.
    anchor_function dispose
    # The last reference has gone: free what the struct owns. May be NULL.
    anchor_function finalize

cdef Anchor *anchor_alloc(size_t size, anchor_function finalize) noexcept nogil
cdef Anchor *anchor_ref(Anchor *anchor) noexcept nogil
cdef void anchor_unref(Anchor *anchor) noexcept nogil
cdef void anchor_lock(Anchor *anchor) noexcept nogil
cdef void anchor_unlock(Anchor *anchor) noexcept nogil

cdef object find_object(uint64_t identity)

cdef class NativeObject:
    cdef Anchor *anchor
    cdef object __weakref__
    cdef int adopt(self, Anchor *anchor) except -1
    cdef int pin(self) except -1
    cdef int unpin(self) except -1
