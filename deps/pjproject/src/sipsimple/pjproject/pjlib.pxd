"""C declarations of libpj and libpjlib-util: only what our packages use."""

cdef extern from "pjlib.h" nogil:
    # ---- basic types
    ctypedef int pj_bool_t
    ctypedef int pj_status_t
    ctypedef unsigned char pj_uint8_t
    ctypedef short pj_int16_t
    ctypedef unsigned short pj_uint16_t
    ctypedef int pj_int32_t
    ctypedef unsigned int pj_uint32_t
    ctypedef unsigned long long pj_uint64_t
    ctypedef size_t pj_size_t
    ctypedef ssize_t pj_ssize_t
    enum:
        PJ_SUCCESS
        PJ_TRUE
        PJ_FALSE
        PJ_ERR_MSG_SIZE
        PJ_ERRNO_START_USER
        PJ_ERRNO_SPACE_SIZE
        PJ_EUNKNOWN
        PJ_EPENDING
        PJ_EINVAL
        PJ_ENOMEM
        PJ_ENOTFOUND
        PJ_ETIMEDOUT
        PJ_EEXISTS
        PJ_EGONE
        PJ_EINVALIDOP
        PJ_ETOOMANY
        PJ_EBUSY

    ctypedef struct pj_str_t:
        char *ptr
        pj_ssize_t slen

    ctypedef struct pj_time_val:
        long sec
        long msec

    # ---- start
    pj_status_t pj_init()
    const char *pj_get_version()
    unsigned pj_getpid()

    # ---- errors
    pj_status_t PJ_STATUS_FROM_OS(int error)
    pj_str_t pj_strerror(pj_status_t status, char *buf, pj_size_t size)
    ctypedef pj_str_t (*pj_error_callback)(pj_status_t e, char *msg, pj_size_t max)
    pj_status_t pj_register_strerror(pj_status_t start_code, pj_status_t err_space,
                                     pj_error_callback f)

    # ---- memory
    ctypedef struct pj_pool_t:
        pass
    ctypedef void (*pj_pool_callback)(pj_pool_t *pool, pj_size_t size)
    ctypedef struct pj_pool_factory_policy:
        pj_pool_callback callback
    ctypedef struct pj_pool_factory:
        pj_pool_factory_policy policy
        void (*release_pool)(pj_pool_factory *factory, pj_pool_t *pool)
    pj_pool_factory_policy pj_pool_factory_default_policy
    ctypedef struct pj_caching_pool:
        pj_pool_factory factory
        pj_size_t used_count
    void pj_caching_pool_init(pj_caching_pool *ch_pool, const pj_pool_factory_policy *policy,
                              pj_size_t max_capacity)
    pj_pool_t *pj_pool_create(pj_pool_factory *factory, const char *name,
                              pj_size_t initial_size, pj_size_t increment_size,
                              pj_pool_callback callback)
    pj_pool_t *pj_pool_create_int(pj_pool_factory *factory, const char *name,
                                  pj_size_t initial_size, pj_size_t increment_size,
                                  pj_size_t alignment, pj_pool_callback callback)
    void pj_pool_destroy_int(pj_pool_t *pool)
    void pj_pool_release(pj_pool_t *pool)
    void pj_pool_reset(pj_pool_t *pool)
    void *pj_pool_alloc(pj_pool_t *pool, pj_size_t size)
    void *pj_pool_calloc(pj_pool_t *pool, pj_size_t count, pj_size_t elem)
    void *pj_pool_zalloc(pj_pool_t *pool, pj_size_t size)
    pj_size_t pj_pool_get_capacity(pj_pool_t *pool)
    pj_size_t pj_pool_get_used_size(pj_pool_t *pool)

    # ---- strings
    pj_str_t pj_str(char *s)
    int pj_strcmp(const pj_str_t *str1, const pj_str_t *str2)
    int pj_stricmp(const pj_str_t *str1, const pj_str_t *str2)
    int pj_strnicmp(const pj_str_t *str1, const pj_str_t *str2, pj_size_t len)
    int pj_strcmp2(const pj_str_t *str1, const char *str2)
    int pj_rand()
    unsigned long pj_strtoul(const pj_str_t *str)
    pj_uint32_t pj_hash_calc(pj_uint32_t hval, const void *key, unsigned keylen)
    int pj_stricmp2(const pj_str_t *str1, const char *str2)
    int pj_strnicmp2(const pj_str_t *str1, const char *str2, pj_size_t len)
    pj_str_t *pj_strdup(pj_pool_t *pool, pj_str_t *dst, const pj_str_t *src)
    pj_str_t *pj_strdup_with_null(pj_pool_t *pool, pj_str_t *dst, const pj_str_t *src)
    pj_str_t *pj_strdup2(pj_pool_t *pool, pj_str_t *dst, const char *src)
    pj_str_t pj_strdup3(pj_pool_t *pool, const char *src)
    pj_str_t *pj_strset(pj_str_t *str, char *ptr, pj_size_t length)
    void pj_create_unique_string(pj_pool_t *pool, pj_str_t *str)
    void pj_create_random_string "pj_create_random_string"(char *str, pj_size_t length)

    # ---- lists
    ctypedef struct pj_list:
        void *prev
        void *next
    void pj_list_init(void *node)
    int pj_list_empty(const void *node)
    void pj_list_push_back(void *list, void *node)
    void pj_list_erase(void *node)
    pj_size_t pj_list_size(const void *list)

    # ---- threads and locks
    ctypedef struct pj_thread_t:
        pass
    ctypedef struct pj_mutex_t:
        pass
    ctypedef struct pj_lock_t:
        pass
    ctypedef struct pj_grp_lock_t:
        pass
    ctypedef void (*pj_grp_lock_handler)(void *member)
    pj_bool_t pj_thread_is_registered()
    pj_status_t pj_thread_sleep(unsigned msec)
    pj_status_t pj_grp_lock_create(pj_pool_t *pool, const void *cfg, pj_grp_lock_t **p_grp_lock)
    pj_status_t pj_grp_lock_acquire(pj_grp_lock_t *grp_lock)
    pj_status_t pj_grp_lock_release(pj_grp_lock_t *grp_lock)
    pj_status_t pj_grp_lock_add_ref(pj_grp_lock_t *grp_lock)
    pj_status_t pj_grp_lock_dec_ref(pj_grp_lock_t *grp_lock)
    pj_status_t pj_grp_lock_add_handler(pj_grp_lock_t *grp_lock, pj_pool_t *pool, void *member,
                                        pj_grp_lock_handler handler)

    # ---- time
    pj_status_t pj_gettimeofday(pj_time_val *tv)
    void pj_gettickcount(pj_time_val *tv)
    void pj_time_val_normalize(pj_time_val *t)
    ctypedef union pj_timestamp:
        pj_uint64_t u64
    pj_status_t pj_get_timestamp(pj_timestamp *ts)

    # ---- timers
    ctypedef struct pj_timer_heap_t:
        pass
    ctypedef struct pj_timer_entry
    ctypedef void (*pj_timer_heap_callback)(pj_timer_heap_t *heap, pj_timer_entry *entry) noexcept
    ctypedef struct pj_timer_entry:
        void *user_data
        int id
        pj_timer_heap_callback cb
    pj_timer_entry *pj_timer_entry_init(pj_timer_entry *entry, int id, void *user_data,
                                        pj_timer_heap_callback cb)
    pj_status_t pj_timer_heap_schedule(pj_timer_heap_t *ht, pj_timer_entry *entry,
                                       const pj_time_val *delay)
    int pj_timer_heap_cancel(pj_timer_heap_t *ht, pj_timer_entry *entry)
    int pj_timer_heap_cancel_if_active(pj_timer_heap_t *ht, pj_timer_entry *entry, int id_val)
    unsigned pj_timer_heap_poll(pj_timer_heap_t *ht, pj_time_val *next_delay)

    # ---- sockets
    ctypedef long pj_sock_t
    enum:
        PJ_INVALID_SOCKET
        PJ_INET6_ADDRSTRLEN
    ctypedef struct pj_sockaddr_hdr:
        pj_uint16_t sa_family
    ctypedef struct pj_sockaddr_in:
        pass
    ctypedef struct pj_sockaddr_in6:
        pass
    ctypedef union pj_sockaddr:
        pj_sockaddr_hdr addr
        pj_sockaddr_in ipv4
        pj_sockaddr_in6 ipv6
    int pj_AF_INET()
    int pj_AF_INET6()
    int pj_AF_UNSPEC()
    int pj_SOCK_DGRAM()
    pj_status_t pj_sockaddr_init(int af, pj_sockaddr *addr, const pj_str_t *cp, pj_uint16_t port)
    pj_status_t pj_sockaddr_parse(int af, unsigned options, const pj_str_t *str, pj_sockaddr *addr)
    char *pj_sockaddr_print(const void *addr, char *buf, int size, unsigned flags)
    pj_uint16_t pj_sockaddr_get_port(const void *addr)
    pj_status_t pj_sockaddr_set_port(pj_sockaddr *addr, pj_uint16_t hostport)
    unsigned pj_sockaddr_get_len(const void *addr)
    int pj_sockaddr_cmp(const void *addr1, const void *addr2)
    pj_bool_t pj_sockaddr_has_addr(const void *addr)
    void pj_sockaddr_cp(void *dst, const void *src)
    pj_status_t pj_gethostip(int af, pj_sockaddr *addr)
    pj_status_t pj_getipinterface(int af, const pj_str_t *dst, pj_sockaddr *itf_addr,
                                  pj_bool_t allow_resolve, pj_sockaddr *p_dst_addr)
    pj_status_t pj_sock_close(pj_sock_t sock)

    # ---- ioqueue
    ctypedef struct pj_ioqueue_t:
        pass
    ctypedef struct pj_ioqueue_key_t:
        pass
    ctypedef struct pj_ioqueue_op_key_t:
        pass
    ctypedef struct pj_ioqueue_callback:
        void (*on_read_complete)(pj_ioqueue_key_t *key, pj_ioqueue_op_key_t *op_key,
                                 pj_ssize_t bytes_read) noexcept
    enum:
        PJ_IOQUEUE_ALWAYS_ASYNC
    pj_status_t pj_ioqueue_register_sock(pj_pool_t *pool, pj_ioqueue_t *ioque, pj_sock_t sock,
                                         void *user_data, const pj_ioqueue_callback *cb,
                                         pj_ioqueue_key_t **key)
    pj_status_t pj_ioqueue_unregister(pj_ioqueue_key_t *key)
    void *pj_ioqueue_get_user_data(pj_ioqueue_key_t *key)
    void pj_ioqueue_op_key_init(pj_ioqueue_op_key_t *op_key, pj_size_t size)
    pj_status_t pj_ioqueue_recv(pj_ioqueue_key_t *key, pj_ioqueue_op_key_t *op_key, void *buffer,
                                pj_ssize_t *length, pj_uint32_t flags)
    int pj_ioqueue_poll(pj_ioqueue_t *ioque, const pj_time_val *timeout)

    # ---- log
    ctypedef void pj_log_func(int level, const char *data, int length) noexcept
    enum:
        PJ_LOG_HAS_SENDER
        PJ_LOG_HAS_SPACE
    void pj_log_set_log_func(pj_log_func *func)
    void pj_log_set_level(int level)
    int pj_log_get_level()
    void pj_log_set_decor(unsigned decor)


cdef extern from "pjlib-util.h" nogil:
    pj_status_t pjlib_util_init()
