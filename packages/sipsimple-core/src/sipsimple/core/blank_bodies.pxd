"""Bodies of line ends only."""

from sipsimple.pjproject.pjsip cimport pjsip_rx_data

cdef void end_blank_bodies(pjsip_rx_data *received) noexcept nogil
