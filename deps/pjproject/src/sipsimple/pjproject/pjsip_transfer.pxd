"""pjproject's declarations for call transfer."""

from sipsimple.pjproject.pjlib cimport pj_pool_t, pj_status_t, pj_str_t
from sipsimple.pjproject.pjsip cimport (
    pjsip_dialog,
    pjsip_rx_data,
    pjsip_transaction,
    pjsip_tx_data,
)

cdef extern from "pjsip.h" nogil:
    """
    /* 1 for the URI of a Refer-To that is SIP or SIPS, 0 for another scheme, -1 for none. */
    static int refer_to_scheme(pj_pool_t *pool, const pj_str_t *value)
    {
        pj_str_t copy;
        pjsip_uri *uri;
        char *begin, *end;
        pj_strdup_with_null(pool, &copy, value);
        pj_strtrim(&copy);
        begin = copy.ptr;
        if (*begin == '"') {
            /* Anything may be in a display name between quotes. */
            for (++begin; *begin != 0 && *begin != '"'; ++begin) {
                if (*begin == 92 /* backslash */ && begin[1] != 0)
                    ++begin;
            }
        }
        end = strchr(begin, '<');
        if (end == NULL) {
            end = strchr(begin, ';');
        } else {
            end = strchr(end, '>');
            if (end == NULL)
                return -1;
            end++;
        }
        if (end != NULL) {
            copy.slen = end - copy.ptr;
            *end = 0;
        }
        pj_strtrim(&copy);
        copy.ptr[copy.slen] = 0;
        uri = pjsip_parse_uri(pool, copy.ptr, copy.slen, PJSIP_PARSE_URI_AS_NAMEADDR);
        if (uri == NULL)
            return -1;
        return PJSIP_URI_SCHEME_IS_SIP(uri) || PJSIP_URI_SCHEME_IS_SIPS(uri);
    }
    """
    int refer_to_scheme(pj_pool_t *pool, const pj_str_t *value)
    enum:
        PJSIP_SC_UNSUPPORTED_URI_SCHEME
    int pj_ansi_snprintf(char *buffer, size_t size, const char *format, ...)
    pj_status_t pjsip_dlg_create_response(pjsip_dialog *dlg, pjsip_rx_data *rdata, int st_code,
                                          const pj_str_t *st_text, pjsip_tx_data **p_tdata)
    pj_status_t pjsip_dlg_send_response(pjsip_dialog *dlg, pjsip_transaction *tsx,
                                        pjsip_tx_data *tdata)
