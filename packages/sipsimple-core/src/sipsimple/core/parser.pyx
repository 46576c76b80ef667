"""PJSIP's parser, which it sets up with the first endpoint and clears with the last.

Here it is set up at import: messages and URIs can be parsed before, between and after endpoints.
Its tables change when an endpoint starts, whose modules teach it their headers, and when one has
gone. The lock keeps the two apart.
"""

from sipsimple.pjproject.runtime cimport ensure_thread

cdef extern from * nogil:
    """
    #include <pj/types.h>
    #include <pthread.h>
    extern void init_sip_parser(void);
    extern void deinit_sip_parser(void);
    extern pj_status_t pjsip_tel_uri_subsys_init(void);
    static pthread_mutex_t sipsimple_parser_lock = PTHREAD_MUTEX_INITIALIZER;
    static void sipsimple_parser_hold(void) { pthread_mutex_lock(&sipsimple_parser_lock); }
    static void sipsimple_parser_drop(void) { pthread_mutex_unlock(&sipsimple_parser_lock); }
    """
    void init_sip_parser()
    void deinit_sip_parser()
    int pjsip_tel_uri_subsys_init()
    void sipsimple_parser_hold()
    void sipsimple_parser_drop()


cdef void parser_hold() noexcept nogil:
    sipsimple_parser_hold()


cdef void parser_drop() noexcept nogil:
    sipsimple_parser_drop()


cdef void _start_parser() noexcept nogil:
    init_sip_parser()
    pjsip_tel_uri_subsys_init()


cdef void parser_reset() noexcept nogil:
    """Forget the headers that an endpoint's modules have taught the parser.

    To be called when the endpoint has been destroyed: a module of the next one would find
    its headers taught already, which it takes for an error, and PJSIP has no way to
    unregister them one by one.
    """
    sipsimple_parser_hold()
    deinit_sip_parser()
    _start_parser()
    sipsimple_parser_drop()


with nogil:
    ensure_thread()
    _start_parser()
