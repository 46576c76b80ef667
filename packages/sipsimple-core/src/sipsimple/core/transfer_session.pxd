"""C interface of INVITE sessions that can be transferred."""

from sipsimple.core.invite_session cimport InviteSession

cdef class TransferSession(InviteSession):
    cdef int _answer(self, int code, str what) except -1
