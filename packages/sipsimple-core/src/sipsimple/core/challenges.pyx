"""Which challenges of a 401 or 407 are answered.

PJSIP answers each challenge that it has credentials for. Of several for one realm, which differ
in their algorithm (RFC 8760 section 2.4), it takes the first where they share a nonce and the
last where they do not; and it tries rejected credentials again whenever the server has changed
the nonce. So before it looks at a response, everything that is not to be answered is taken out
of it: a weaker algorithm than the best that the credentials can answer, and a realm whose
server has just rejected them.
"""

from sipsimple.pjproject.pjlib cimport (
    PJ_SUCCESS,
    pj_bool_t,
    pj_list_erase,
    pj_str_t,
    pj_stricmp,
    pj_stricmp2,
)
from sipsimple.pjproject.pjsip cimport (
    PJSIP_CRED_DATA_DIGEST,
    PJSIP_H_WWW_AUTHENTICATE,
    pjsip_auth_clt_set_credentials,
    pjsip_hdr,
    pjsip_msg,
)
from sipsimple.pjproject.pjsip_auth cimport (
    PJSIP_AUTH_ALGORITHM_MD5,
    PJSIP_AUTH_ALGORITHM_SHA512_256,
    PJSIP_H_AUTHORIZATION,
    PJSIP_H_PROXY_AUTHENTICATE,
    PJSIP_H_PROXY_AUTHORIZATION,
    pjsip_auth_algorithm,
    pjsip_auth_clt_async_configure,
    pjsip_auth_clt_async_on_chal_param,
    pjsip_auth_clt_async_setting,
    pjsip_auth_get_algorithm_by_iana_name,
    pjsip_auth_is_algorithm_supported,
    pjsip_authorization_hdr,
    pjsip_www_authenticate_hdr,
)

cdef char *_AUTH = b"auth"


cdef bint _is_space(char letter) noexcept nogil:
    return letter == b" " or letter == b"\t"


cdef bint _offers_auth(pj_str_t *qop) noexcept nogil:
    """Whether `auth` is on the list; nothing on it stands for RFC 2069, which can be done.

    The list is then cut down to it: PJSIP does not find it before a space.
    """
    cdef char *place = qop.ptr
    cdef char *end = qop.ptr + qop.slen
    cdef pj_str_t item
    if qop.slen == 0:
        return True
    while place < end:
        while place < end and (_is_space(place[0]) or place[0] == b","):
            place += 1
        item.ptr = place
        while place < end and not _is_space(place[0]) and place[0] != b",":
            place += 1
        item.slen = place - item.ptr
        if pj_stricmp2(&item, _AUTH) == 0:
            qop[0] = item
            return True
    return False


cdef int _strength(
    const pjsip_auth_clt_sess *session, pjsip_www_authenticate_hdr *challenge
) noexcept nogil:
    """How good an answer is, 0 where there can be none. PJSIP's numbers rise with it."""
    cdef const pjsip_auth_algorithm *algorithm
    cdef const pj_str_t *realm
    cdef unsigned index
    algorithm = pjsip_auth_get_algorithm_by_iana_name(&challenge.challenge.digest.algorithm)
    if (
        algorithm == NULL
        or algorithm.algorithm_type < PJSIP_AUTH_ALGORITHM_MD5
        or algorithm.algorithm_type > PJSIP_AUTH_ALGORITHM_SHA512_256
        or not pjsip_auth_is_algorithm_supported(algorithm.algorithm_type)
        or not _offers_auth(&challenge.challenge.digest.qop)
    ):
        return 0
    for index in range(session.cred_cnt):
        realm = &session.cred_info[index].realm
        if (
            session.cred_info[index].data_type == PJSIP_CRED_DATA_DIGEST
            and <int> algorithm.algorithm_type != session.cred_info[index].algorithm_type
        ):
            continue
        if pj_stricmp2(realm, b"*") == 0 or pj_stricmp(
            realm, &challenge.challenge.digest.realm
        ) == 0:
            return algorithm.algorithm_type
    return 0


cdef bint _is_challenge(const pjsip_hdr *header) noexcept nogil:
    if header.type != PJSIP_H_WWW_AUTHENTICATE and header.type != PJSIP_H_PROXY_AUTHENTICATE:
        return False
    return pj_stricmp2(&(<const pjsip_www_authenticate_hdr *> header).scheme, b"digest") == 0


cdef bint _is_rejected(
    const pjsip_msg *request, const pjsip_www_authenticate_hdr *challenge
) noexcept nogil:
    """Whether the server has seen credentials for this realm, and calls them wrong.

    RFC 7616 section 3.3: without `stale=true`, user name or password are invalid. PJSIP never
    sends credentials before it is asked, so the nonce of the request is not an old one. Only
    where it carries credentials for somebody else too, those may have been spent on the way
    there: then PJSIP decides, which tries a changed nonce up to twice.
    """
    cdef const pjsip_hdr *header = request.hdr.next
    cdef const pjsip_authorization_hdr *sent
    cdef bint found = False
    cdef int others = 0
    if challenge.challenge.digest.stale:
        return False
    while header != &request.hdr:
        if header.type == PJSIP_H_AUTHORIZATION or header.type == PJSIP_H_PROXY_AUTHORIZATION:
            sent = <const pjsip_authorization_hdr *> header
            if (
                (header.type == PJSIP_H_AUTHORIZATION)
                == (challenge.type == PJSIP_H_WWW_AUTHENTICATE)
                and pj_stricmp(
                    &sent.credential.digest.realm, &challenge.challenge.digest.realm
                ) == 0
            ):
                found = True
            else:
                others += 1
        header = header.next
    return found and others == 0


cdef bint _is_surpassed(
    const pjsip_auth_clt_sess *session, const pjsip_msg *response,
    pjsip_www_authenticate_hdr *challenge
) noexcept nogil:
    """Whether a better challenge for the same realm stands beside it, or as good a one before."""
    cdef int strength = _strength(session, challenge)
    cdef pjsip_hdr *header = response.hdr.next
    cdef pjsip_www_authenticate_hdr *other
    cdef int others
    cdef bint before = True
    while header != &response.hdr:
        other = <pjsip_www_authenticate_hdr *> header
        if other == challenge:
            before = False
        elif (
            _is_challenge(header)
            and header.type == challenge.type
            and pj_stricmp(
                &other.challenge.digest.realm, &challenge.challenge.digest.realm
            ) == 0
        ):
            others = _strength(session, other)
            if others > strength or (before and others == strength):
                return True
        header = header.next
    return False


cdef void challenges_choose(
    const pjsip_auth_clt_sess *session, const pjsip_rx_data *response, const pjsip_tx_data *request
) noexcept nogil:
    cdef pjsip_msg *msg = response.msg_info.msg
    cdef pjsip_hdr *header = msg.hdr.next
    cdef pjsip_hdr *following
    cdef pjsip_www_authenticate_hdr *challenge
    while header != &msg.hdr:
        following = header.next
        if _is_challenge(header):
            challenge = <pjsip_www_authenticate_hdr *> header
            if _is_rejected(request.msg, challenge) or _is_surpassed(session, msg, challenge):
                pj_list_erase(header)
        header = following


cdef pj_bool_t _on_challenge(
    pjsip_auth_clt_sess *session, void *token, const pjsip_auth_clt_async_on_chal_param *challenged
) noexcept nogil:
    """PJSIP's hook for applications that answer later; here it goes on by itself."""
    challenges_choose(session, challenged.rdata, challenged.tdata)
    return False


cdef pj_status_t challenges_set_credentials(
    pjsip_auth_clt_sess *session, int count, const pjsip_cred_info *infos
) noexcept nogil:
    cdef pjsip_auth_clt_async_setting setting
    cdef pj_status_t status
    if count == 0:
        return PJ_SUCCESS
    setting.cb = _on_challenge
    setting.user_data = NULL
    status = pjsip_auth_clt_set_credentials(session, count, infos)
    if status == PJ_SUCCESS:
        status = pjsip_auth_clt_async_configure(session, &setting)
    return status
