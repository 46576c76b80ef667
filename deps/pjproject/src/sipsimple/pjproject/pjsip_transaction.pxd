"""C declarations of libpjsip: transactions that a module of ours is the user of."""

from sipsimple.pjproject.pjlib cimport pj_grp_lock_t, pj_status_t
from sipsimple.pjproject.pjsip cimport pjsip_module, pjsip_transaction, pjsip_tx_data

cdef extern from "pjsip.h" nogil:
    # What pjsip_transaction of pjsip.pxd does not declare; for a cast.
    ctypedef struct pjsip_locked_transaction "pjsip_transaction":
        pj_grp_lock_t *grp_lock
    pj_status_t pjsip_tsx_create_uac(pjsip_module *tsx_user, pjsip_tx_data *tdata,
                                     pjsip_transaction **p_tsx)
    pj_status_t pjsip_tsx_send_msg(pjsip_transaction *tsx, pjsip_tx_data *tdata)
    pj_status_t pjsip_tx_data_encode(pjsip_tx_data *tdata)
