"""Start of pjlib, registration of threads, memory pools and status codes."""

from sipsimple.pjproject.abi cimport PJPROJECT_ABI
from sipsimple.pjproject.pjlib cimport (
    PJ_ERR_MSG_SIZE,
    PJ_SUCCESS,
    pj_caching_pool,
    pj_caching_pool_init,
    pj_get_version,
    pj_init,
    pj_log_get_level,
    pj_log_set_level,
    pj_pool_create,
    pj_pool_factory,
    pj_pool_factory_default_policy,
    pj_pool_t,
    pj_size_t,
    pj_status_t,
    pj_str_t,
    pj_strerror,
    pj_thread_is_registered,
    pjlib_util_init,
)

from sipsimple.pjproject.errors import PJSIPError

cdef extern from "thread_registration.h" nogil:
    void sipsimple_register_thread()

# Freed pools up to this size are kept for reuse; a call takes about 30 kB.
cdef enum:
    CACHED_POOL_BYTES = 64 * 1024 * 1024

cdef pj_caching_pool _caching_pool
cdef int _initializations = 0


cdef void ensure_thread() noexcept nogil:
    """Register the calling thread with pjlib, if it is not yet: every pjlib call needs it."""
    if not pj_thread_is_registered():
        sipsimple_register_thread()


cdef int check(pj_status_t status, str what) except -1:
    """Raise `PJSIPError` unless a PJSIP function succeeded."""
    if status != PJ_SUCCESS:
        raise PJSIPError(what, status)
    return 0


cdef pj_pool_factory *pool_factory() noexcept nogil:
    """The factory of all memory pools in the process."""
    return &_caching_pool.factory


cdef pj_pool_t *create_pool(
    const char *name, pj_size_t initial, pj_size_t increment
) noexcept nogil:
    """A new memory pool, or NULL when memory is out. Release it with `pj_pool_release()`."""
    return pj_pool_create(&_caching_pool.factory, name, initial, increment, NULL)


def strerror(int status) -> str:
    """PJSIP's text for an error number.

    Source: `pj_strerror()`.
    """
    cdef char buffer[PJ_ERR_MSG_SIZE]
    cdef pj_str_t text
    with nogil:
        ensure_thread()
        text = pj_strerror(status, buffer, PJ_ERR_MSG_SIZE)
    return text.ptr[:text.slen].decode("utf-8", "replace")


def set_log_level(int level) -> None:
    """Set the highest level of pjproject's log messages that are recorded.

    Args:
        level: 0 (none) to 5 (everything); 1 is the most critical.

    Raises:
        ValueError: The level is not between 0 and 5.

    Source: `pj_log_set_level()`.
    """
    if not 0 <= level <= 5:
        raise ValueError(f"log_level: {level} is not between 0 and 5")
    pj_log_set_level(level)


def get_log_level() -> int:
    """The highest level of pjproject's log messages that are recorded, 0 to 5."""
    return pj_log_get_level()


def live_pools() -> int:
    """How many memory pools are in use: what tests of leaks count."""
    return _caching_pool.used_count


def pjproject_version() -> str:
    """Version of the pjproject libraries that are loaded, such as `"2.17"`."""
    return pj_get_version().decode("ascii")


def initializations() -> int:
    """How often `pj_init()` ran in this process: 1."""
    return _initializations


def check_abi(str importer, str provider, int compiled, int installed) -> None:
    """Refuse an extension that was compiled against another C interface of a sibling.

    Raises:
        ImportError: The two distributions do not fit together.
    """
    if compiled != installed:
        raise ImportError(
            f"{importer} was built for version {compiled} of the C interface of {provider}, "
            f"but version {installed} is installed: install matching versions of both"
        )


def abi_number() -> int:
    """Number of the C interface of the installed sipsimple-pjproject."""
    return PJPROJECT_ABI


cdef int _start_pjlib() except -1:
    global _initializations
    cdef pj_status_t status
    # pjlib logs to standard output from its first function on unless told not to.
    pj_log_set_level(0)
    with nogil:
        status = pj_init()
        if status == PJ_SUCCESS:
            status = pjlib_util_init()
        if status == PJ_SUCCESS:
            pj_caching_pool_init(
                &_caching_pool, &pj_pool_factory_default_policy, CACHED_POOL_BYTES
            )
    if status != PJ_SUCCESS:
        raise ImportError(f"pj_init() failed with status {status}")
    _initializations += 1
    return 0


# Never shut down again: objects of any package may outlive every other module.
_start_pjlib()
