"""C interface of the machine under `Registration`."""

from libc.stdint cimport uint32_t

from sipsimple.core.queued_machine cimport Machine
from sipsimple.pjproject.native cimport Anchor
from sipsimple.pjproject.pjsip cimport (
    pjsip_regc,
    pjsip_regc_cbparam,
    pjsip_regc_tsx_cb_param,
    pjsip_tx_data,
)

cdef struct Native:
    Machine machine
    pjsip_regc *regc
    uint32_t asked          # what regc has been told to ask for
    uint32_t asking         # what the running request asks for, if anything
    uint32_t raised         # how often a 423 has made the running request ask for more
    int sending             # threads that are inside pjsip_regc_send()
    bint letting_go         # of the transport: nobody may send meanwhile
    pjsip_tx_data *request  # the last one, with the targets that it may go to; or NULL

cdef struct ContactRecord:
    uint32_t expires
    uint32_t length

# Prepare what machine_alloc() has made.
cdef void registration_prepare(Native *native) noexcept nogil
# For pjsip_regc_create() and machine_alloc().
cdef void registration_on_answer(pjsip_regc_cbparam *result) noexcept nogil
# For pjsip_regc_set_reg_tsx_cb().
cdef void registration_on_transaction(pjsip_regc_tsx_cb_param *param) noexcept nogil
cdef void registration_finalize(Anchor *anchor) noexcept nogil
# Let go of the last request.
cdef void registration_forget_request(Native *native) noexcept nogil
# Have regc give back the transport of its last answer, if that one is about to end. Only
# while the poller is paused.
cdef void registration_let_transport_go(Native *native) noexcept nogil
