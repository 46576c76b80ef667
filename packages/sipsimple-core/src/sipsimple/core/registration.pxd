"""C interface of `Registration`."""

from sipsimple.core.queued_primitive cimport QueuedPrimitive

cdef class Registration(QueuedPrimitive):
    cdef str _contact_uri
    cdef int _create(self, int expires) except -1
