"""C interface of PJSIP's parser, which is one for the whole process."""

# Around each use of it outside of the gate (gate.pxd): a reset may come at any time there.
cdef void parser_hold() noexcept nogil
cdef void parser_drop() noexcept nogil

# For PJSIPUA, after each endpoint.
cdef void parser_reset() noexcept nogil
