"""The base of every object that owns something native, and the anchor PJSIP holds instead of it.

PJSIP must never hold a pointer to a Python object: it calls back without the GIL, at
times of its own, and Python may drop an object from a garbage collection in any thread.
So the user data that PJSIP gets is an `Anchor`: a C struct with an atomic reference
count that outlives the Python object, leads back to it by number only, and is where the
state lives that both sides read.
"""

import weakref

from libc.stdint cimport uint64_t
from libc.stdlib cimport calloc, free

from sipsimple.pjproject.runtime cimport ensure_thread

cdef extern from * nogil:
    """
    #define sipsimple_increment(counter) __atomic_add_fetch((counter), 1, __ATOMIC_ACQ_REL)
    #define sipsimple_decrement(counter) __atomic_sub_fetch((counter), 1, __ATOMIC_ACQ_REL)
    static uint64_t sipsimple_last_identity = 0;
    #define sipsimple_next_identity() \
        __atomic_add_fetch(&sipsimple_last_identity, 1, __ATOMIC_RELAXED)
    """
    int sipsimple_increment(int *counter)
    int sipsimple_decrement(int *counter)
    uint64_t sipsimple_next_identity()


cdef Anchor *anchor_alloc(size_t size, anchor_function finalize) noexcept nogil:
    """A zeroed struct of `size` bytes that begins with an anchor; one reference, the caller's.

    Args:
        size: At least `sizeof(Anchor)`.
        finalize: Called without the GIL when the last reference goes; frees what the
            struct owns, not the struct itself. May be NULL.

    Returns NULL when memory is out.
    """
    cdef Anchor *anchor = <Anchor *> calloc(1, size)
    if anchor != NULL:
        anchor.identity = sipsimple_next_identity()
        anchor.references = 1
        anchor.finalize = finalize
        pthread_mutex_init(&anchor.lock, NULL)
    return anchor


cdef Anchor *anchor_ref(Anchor *anchor) noexcept nogil:
    """Take one more reference; gives the anchor back for use in an expression."""
    sipsimple_increment(&anchor.references)
    return anchor


cdef void anchor_unref(Anchor *anchor) noexcept nogil:
    """Give a reference back; the last one finalizes and frees."""
    if anchor == NULL or sipsimple_decrement(&anchor.references) > 0:
        return
    if anchor.finalize != NULL:
        anchor.finalize(anchor)
    pthread_mutex_destroy(&anchor.lock)
    free(anchor)


cdef void anchor_lock(Anchor *anchor) noexcept nogil:
    """Lock the state in the struct. Never call PJSIP, and never take the GIL, under it."""
    pthread_mutex_lock(&anchor.lock)


cdef void anchor_unlock(Anchor *anchor) noexcept nogil:
    pthread_mutex_unlock(&anchor.lock)


# identity -> Python object. Touched by threads that run Python code only.
cdef object _objects = weakref.WeakValueDictionary()
# Objects kept alive by their native side.
cdef dict _pinned = {}


cdef object find_object(uint64_t identity):
    """The Python object of an anchor, or None when it is gone."""
    return _objects.get(identity)


cdef class NativeObject:
    """Base of the classes that own something native.

    A subclass allocates its struct with `anchor_alloc()` in `__cinit__` and hands it to
    `adopt()`. What is to happen when Python drops the object is the anchor's `dispose`,
    never a `__dealloc__` of the subclass: that one would run while weak references still
    lead to the object, and as soon as it released the GIL another thread could take a
    reference to an object that is being freed. The anchor, referenced by PJSIP's
    callbacks, stays until the last of them has run.
    """

    cdef int adopt(self, Anchor *anchor) except -1:
        """Take over the caller's reference to the anchor and become findable by it."""
        if anchor == NULL:
            raise MemoryError
        self.anchor = anchor
        _objects[anchor.identity] = self
        return 0

    cdef int pin(self) except -1:
        """Keep this object alive, whoever drops it, until `unpin()`."""
        _pinned[self.anchor.identity] = self
        return 0

    cdef int unpin(self) except -1:
        _pinned.pop(self.anchor.identity, None)
        return 0

    def __dealloc__(self):
        cdef Anchor *anchor = self.anchor
        self.anchor = NULL
        if anchor == NULL:
            return
        with nogil:
            ensure_thread()
            if anchor.dispose != NULL:
                anchor.dispose(anchor)
            anchor_unref(anchor)


def live_objects(type kind) -> list:
    """The live objects of a class, for a component that stops under them.

    Other threads may create and drop objects meanwhile: `valuerefs()` takes all references
    at once, where iterating over the dictionary would notice a change of its size.
    """
    candidates = [reference() for reference in _objects.valuerefs()]
    return [candidate for candidate in candidates if isinstance(candidate, kind)]
