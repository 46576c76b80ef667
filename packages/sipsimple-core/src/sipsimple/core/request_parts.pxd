"""C interface of what requests are made of: credentials, routes, extra headers."""

from sipsimple.core.credentials cimport Credentials
from sipsimple.core.route cimport Route
from sipsimple.core.uri cimport SIPURI
from sipsimple.pjproject.pjlib cimport pj_pool_t
from sipsimple.pjproject.pjsip cimport pjsip_cred_info, pjsip_hdr, pjsip_route_hdr

# All of these allocate in `pool`, which must be the caller's alone.

# An array made from credentials, one item for each HA1 and one for the password; their number,
# 0 when there is neither. For challenges_set_credentials() of challenges.pxd.
cdef int fill_credentials(
    Credentials credentials, pj_pool_t *pool, pjsip_cred_info **infos
) except -1

# An initial route set (list head) with `route` in it for pjsip_dlg_set_route_set() and
# pjsip_regc_set_route_set(), empty for None.
cdef pjsip_route_hdr *route_set(Route route, pj_pool_t *pool) except NULL

# A list head with headers from a dict of str to str; validate it with check_extra_headers()
# when it arrives, which gives the copy to keep.
cdef pjsip_hdr *header_list(dict headers, pj_pool_t *pool) except NULL
# Those within a URI that a request to it may carry.
cdef dict harmless_headers(SIPURI uri)
cdef dict check_extra_headers(object headers, str own=*, str free=*)
