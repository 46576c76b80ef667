"""C interface of PJSIP's callbacks for INVITE sessions."""

# To be called at import, once: every endpoint that starts gets them.
cdef void install_callbacks() noexcept
