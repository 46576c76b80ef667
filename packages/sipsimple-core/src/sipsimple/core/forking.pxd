"""C interface of what becomes of calls that a proxy has forked."""

from sipsimple.pjproject.pjsip cimport pjsip_ua_init_param

# For `pjsip_ua_init_module()`, which copies it.
cdef void forking_set_callback(pjsip_ua_init_param *parameters) noexcept nogil
