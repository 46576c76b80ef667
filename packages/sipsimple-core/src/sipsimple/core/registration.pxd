"""C interface of `Registration`."""

from sipsimple.core.queued_primitive cimport QueuedPrimitive

cdef class Registration(QueuedPrimitive):
    cdef str _contact_uri
