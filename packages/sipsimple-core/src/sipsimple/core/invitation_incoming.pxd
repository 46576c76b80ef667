"""C interface of the INVITEs that begin a session."""

# To be called at import, once.
cdef void install_incoming() noexcept
