"""C interface of PJSIP's callbacks for subscriptions."""

from sipsimple.pjproject.pjsip_simple cimport pjsip_evsub_user

cdef const pjsip_evsub_user *subscription_callbacks() noexcept nogil
