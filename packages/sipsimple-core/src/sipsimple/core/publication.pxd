"""C interface of `Publication`."""

from sipsimple.core.queued_primitive cimport QueuedPrimitive

cdef class Publication(QueuedPrimitive):
    cdef str _event
