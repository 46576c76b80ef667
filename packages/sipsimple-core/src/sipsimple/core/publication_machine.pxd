"""C interface of the machine under `Publication`."""

from sipsimple.core.publication_requests cimport Native
from sipsimple.pjproject.native cimport Anchor

# Prepare what machine_alloc() has made.
cdef void publication_prepare(Native *native) noexcept nogil
# Free what the endpoint holds for it. Nobody is inside the gate, or it has no more to do.
cdef void publication_let_go(Native *native) noexcept nogil
# For machine_alloc().
cdef void publication_finalize(Anchor *anchor) noexcept nogil
