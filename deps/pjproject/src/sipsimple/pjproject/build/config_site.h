/* How this pjproject differs from pjproject's own defaults, and why.
 *
 * Every extension is compiled with this header too, so what is here is part of the binary
 * interface between the distributions. What changes only the code of the libraries is given
 * on configure's command line (recipe.py).
 */

/* Load. Transactions and dialogs are kept in hash tables of this capacity; pjsip wants 2^n - 1.
 * Ended transactions linger (32 s over UDP for an INVITE, RFC 3261 17.2.1), so a thousand
 * calls a second need many of them. */
#define PJSIP_MAX_TSX_COUNT 131071
#define PJSIP_MAX_DIALOG_COUNT 131071

/* Sockets in one ioqueue: two for every RTP transport, one for every TCP or TLS connection. */
#define PJ_IOQUEUE_MAX_HANDLES 16384

/* The largest message. A UDP datagram can be no larger; presence documents and SDP bodies with
 * many candidates come near. */
#define PJSIP_MAX_PKT_LEN 65535

/* URIs carry tokens, GRUUs and embedded headers; the default of 256 refuses real ones. */
#define PJSIP_MAX_URL_SIZE 4096

/* SDP: what exceeds these is dropped or refused by the parser. A media line of a browser lists
 * dozens of formats with several attributes each; a conference focus has dozens of media. */
#define PJMEDIA_MAX_SDP_FMT 128
#define PJMEDIA_MAX_SDP_ATTR 512
#define PJMEDIA_MAX_SDP_MEDIA 64
#define PJMEDIA_MAX_SDP_BANDW 16

/* Above one, the conference bridge is built with its parallel backend. */
#define PJMEDIA_CONF_THREADS 2

/* Compiled in up to here; how much is really logged is chosen at run time. */
#define PJ_LOG_MAX_LEVEL 5

#define PJ_HAS_IPV6 1
