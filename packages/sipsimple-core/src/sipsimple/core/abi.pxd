"""The number of this distribution's C interface; see `sipsimple.pjproject.abi`."""

cdef enum:
    CORE_ABI = 8
