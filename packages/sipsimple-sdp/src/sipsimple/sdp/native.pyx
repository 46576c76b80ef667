"""Between the SDP objects and pjmedia's structs, whose arrays are of fixed length."""

from sipsimple.pjproject.abi cimport PJPROJECT_ABI
from sipsimple.pjproject.pjlib cimport (
    PJ_ERRNO_SPACE_SIZE,
    pj_pool_t,
    pj_pool_zalloc,
    pj_register_strerror,
    pj_status_t,
)
from sipsimple.pjproject.pjmedia_sdp cimport (
    PJMEDIA_ERRNO_START,
    PJMEDIA_MAX_SDP_ATTR,
    PJMEDIA_MAX_SDP_BANDW,
    PJMEDIA_MAX_SDP_FMT,
    PJMEDIA_MAX_SDP_MEDIA,
    pjmedia_sdp_attr,
    pjmedia_sdp_bandw,
    pjmedia_sdp_conn,
    pjmedia_sdp_media,
    pjmedia_sdp_session,
    pjmedia_strerror,
)
from sipsimple.pjproject.runtime cimport check, ensure_thread
from sipsimple.pjproject.strings cimport pool_str, to_str
from sipsimple.sdp.attribute cimport SDPAttribute, new_attribute
from sipsimple.sdp.bandwidth cimport SDPBandwidth
from sipsimple.sdp.checks cimport check_formats, check_items
from sipsimple.sdp.connection cimport SDPConnection
from sipsimple.sdp.line cimport SDPLine
from sipsimple.sdp.media cimport SDPMedia
from sipsimple.sdp.section cimport SDPSection, find_direction
from sipsimple.sdp.session cimport SDPSession

from sipsimple.pjproject.runtime import abi_number as _pjproject_abi
from sipsimple.pjproject.runtime import check_abi

check_abi("sipsimple-sdp", "sipsimple-pjproject", PJPROJECT_ABI, _pjproject_abi())


def abi_number():
    """Number of the C interface of the installed sipsimple-sdp."""
    return SDP_ABI


# ---- to pjmedia

cdef void *_new(pj_pool_t *pool, size_t size) except NULL:
    cdef void *memory = pj_pool_zalloc(pool, size)
    if memory == NULL:
        raise MemoryError
    return memory


cdef list _limited(list values, str what, Py_ssize_t limit):
    """The items as they are now; other threads may go on changing the list."""
    cdef list items = [] if values is None else list(values)
    if len(items) > limit:
        raise ValueError(
            f"{what}: {len(items)} items, but pjmedia takes at most {limit}"
        )
    return items


cdef pjmedia_sdp_conn *_connection_to_native(
    SDPConnection connection, pj_pool_t *pool
) except NULL:
    # TTL and count of a multicast address stay part of the text: pjmedia prints it as it is,
    # and has fields for the two that it neither prints nor clones.
    cdef pjmedia_sdp_conn *native = <pjmedia_sdp_conn *> _new(pool, sizeof(pjmedia_sdp_conn))
    native.net_type = pool_str(pool, connection._net_type)
    native.addr_type = pool_str(pool, connection._address_type)
    native.addr = pool_str(pool, connection._address)
    return native


cdef pjmedia_sdp_attr *_attribute_to_native(SDPAttribute item, pj_pool_t *pool) except NULL:
    cdef pjmedia_sdp_attr *native = <pjmedia_sdp_attr *> _new(pool, sizeof(pjmedia_sdp_attr))
    native.name = pool_str(pool, item.read_name())
    native.value = pool_str(pool, item.read_value())
    return native


cdef unsigned _attributes_to_native(
    list values, str what, pj_pool_t *pool, pjmedia_sdp_attr **array
) except? 0xFFFFFFFF:
    cdef list items = _limited(values, what, PJMEDIA_MAX_SDP_ATTR)
    cdef unsigned count = 0
    check_items(items, what, SDPAttribute)
    for item in items:
        array[count] = _attribute_to_native(item, pool)
        count += 1
    return count


cdef unsigned _bandwidth_to_native(
    list values, str what, pj_pool_t *pool, pjmedia_sdp_bandw **array
) except? 0xFFFFFFFF:
    cdef list items = _limited(values, what, PJMEDIA_MAX_SDP_BANDW)
    cdef unsigned count = 0
    cdef SDPBandwidth item
    check_items(items, what, SDPBandwidth)
    for value in items:
        item = value
        array[count] = <pjmedia_sdp_bandw *> _new(pool, sizeof(pjmedia_sdp_bandw))
        array[count].modifier = pool_str(pool, item._modifier)
        array[count].value = item._value
        count += 1
    return count


cdef int _read(SDPSection section) except -1:
    """Take the fields out of the text that a section was parsed from."""
    if section._is_unread:
        section.read_fields()
    return 0


cdef pjmedia_sdp_media *_media_to_native(
    SDPMedia media, str where, str direction, pj_pool_t *pool
) except NULL:
    _read(media)
    cdef pjmedia_sdp_media *native = <pjmedia_sdp_media *> _new(pool, sizeof(pjmedia_sdp_media))
    cdef list formats = _limited(media._formats, f"{where}formats", PJMEDIA_MAX_SDP_FMT)
    cdef list attributes = list(media.read_attributes())
    native.desc.media = pool_str(pool, media._media)
    native.desc.port = media._port
    native.desc.port_count = media._port_count
    native.desc.transport = pool_str(pool, media._transport)
    for text in check_formats(formats, f"{where}formats"):
        native.desc.fmt[native.desc.fmt_count] = pool_str(pool, text)
        native.desc.fmt_count += 1
    if media._connection is not None:
        native.conn = _connection_to_native(media._connection, pool)
    native.bandw_count = _bandwidth_to_native(
        media._bandwidth, f"{where}bandwidth", pool, native.bandw
    )
    if direction is not None and find_direction(attributes) is None:
        attributes.append(new_attribute(direction, ""))
    native.attr_count = _attributes_to_native(
        attributes, f"{where}attributes", pool, native.attr
    )
    return native


cdef pjmedia_sdp_media *media_to_native(object media, pj_pool_t *pool) except NULL:
    """A media section as pjmedia's struct.

    The `i=` line and other lines have no place in the struct and are left out.

    Raises:
        TypeError: It is not an `SDPMedia`, or holds a list with something foreign in it.
        ValueError: There are more items than pjmedia's arrays have room for.
    """
    if not isinstance(media, SDPMedia):
        raise TypeError(f"must be SDPMedia, not {type(media).__name__}")
    return _media_to_native(media, "", (<SDPMedia> media).session_direction(), pool)


cdef str _name_to_native(SDPSession session):
    """The `s=` line and those behind it that pjmedia has no field for: i=, u=, e= and p=.

    pjmedia prints the name as it stands.
    """
    cdef list lines = [session._name]
    if session._info:
        lines.append(f"i={session._info}")
    for line in session.ordered_lines():
        if line.type in "iuep":
            lines.append(str(line))
    return "\r\n".join(lines)


cdef pjmedia_sdp_session *session_to_native(object session, pj_pool_t *pool) except NULL:
    """A session description as pjmedia's struct.

    A direction at session level is repeated in each media section that has none, since
    pjmedia's offer/answer looks for it only there. The `i=` lines of media sections have no
    place in the structs and are left out; so are other lines, but for `u=`, `e=` and `p=`.

    Raises:
        TypeError: It is not an `SDPSession`, or holds a list with something foreign in it.
        ValueError: There are more items than pjmedia's arrays have room for.
    """
    if not isinstance(session, SDPSession):
        raise TypeError(f"must be SDPSession, not {type(session).__name__}")
    cdef SDPSession source = session
    _read(source)
    cdef pjmedia_sdp_session *native = <pjmedia_sdp_session *> _new(
        pool, sizeof(pjmedia_sdp_session)
    )
    cdef list media = _limited(source.read_media_sections(), "media", PJMEDIA_MAX_SDP_MEDIA)
    cdef list attributes = list(source.read_attributes())
    cdef str direction
    native.origin.user = pool_str(pool, source._user)
    native.origin.id = source._id
    native.origin.version = source._version
    native.origin.net_type = pool_str(pool, source._net_type)
    native.origin.addr_type = pool_str(pool, source._address_type)
    native.origin.addr = pool_str(pool, source._address)
    native.name = pool_str(pool, _name_to_native(source))
    if source._connection is not None:
        native.conn = _connection_to_native(source._connection, pool)
    native.bandw_count = _bandwidth_to_native(source._bandwidth, "bandwidth", pool, native.bandw)
    native.time.start = source._start_time
    native.time.stop = source._stop_time
    native.attr_count = _attributes_to_native(attributes, "attributes", pool, native.attr)
    check_items(media, "media", SDPMedia)
    direction = find_direction(attributes)
    for index, item in enumerate(media):
        native.media[native.media_count] = _media_to_native(
            item, f"media[{index}].", direction or (<SDPMedia> item).session_direction(), pool
        )
        native.media_count += 1
    return native


# ---- from pjmedia: the texts have passed a parser or our checks, so they are not checked again

cdef SDPConnection _connection_from_native(const pjmedia_sdp_conn *native):
    cdef SDPConnection result
    if native == NULL:
        return None
    result = SDPConnection.__new__(SDPConnection)
    result._address = to_str(&native.addr)
    result._net_type = to_str(&native.net_type)
    result._address_type = to_str(&native.addr_type)
    return result


cdef list _attributes_from_native(unsigned count, pjmedia_sdp_attr **array):
    cdef list result = []
    cdef unsigned index
    for index in range(count):
        result.append(
            new_attribute(to_str(&array[index].name), to_str(&array[index].value))
        )
    return result


cdef list _bandwidth_from_native(unsigned count, pjmedia_sdp_bandw **array):
    cdef list result = []
    cdef SDPBandwidth item
    cdef unsigned index
    for index in range(count):
        item = SDPBandwidth.__new__(SDPBandwidth)
        item._modifier = to_str(&array[index].modifier)
        item._value = array[index].value
        result.append(item)
    return result


cdef object media_from_native(const pjmedia_sdp_media *native):
    """An `SDPMedia` with copies of everything in pjmedia's struct."""
    cdef SDPMedia result = SDPMedia.__new__(SDPMedia)
    cdef pjmedia_sdp_media *source = <pjmedia_sdp_media *> native
    cdef unsigned index
    cdef list formats = []
    result._media = to_str(&source.desc.media)
    result._port = source.desc.port
    # pjmedia's parser leaves 0 where the line says nothing.
    result._port_count = source.desc.port_count or 1
    result._transport = to_str(&source.desc.transport)
    for index in range(source.desc.fmt_count):
        formats.append(to_str(&source.desc.fmt[index]))
    result._formats = formats
    result._connection = _connection_from_native(source.conn)
    result._bandwidth = _bandwidth_from_native(source.bandw_count, source.bandw)
    result._attributes = _attributes_from_native(source.attr_count, source.attr)
    return result


cdef object session_from_native(const pjmedia_sdp_session *native):
    """An `SDPSession` with copies of everything in pjmedia's struct.

    What pjmedia's parser changes or drops stays so: a direction at session level has moved
    into the media sections, `i=` lines and the TTL of multicast addresses are gone. Where
    the text of a received body is at hand, `SDPSession.parse()` keeps them.
    """
    cdef SDPSession result = SDPSession.__new__(SDPSession)
    cdef pjmedia_sdp_session *source = <pjmedia_sdp_session *> native
    cdef unsigned index
    cdef list lines
    result._user = to_str(&source.origin.user)
    result._id = source.origin.id
    result._version = source.origin.version
    result._net_type = to_str(&source.origin.net_type)
    result._address_type = to_str(&source.origin.addr_type)
    result._address = to_str(&source.origin.addr)
    # See _name_to_native().
    lines = to_str(&source.name).split("\r\n")
    result._name = lines.pop(0)
    if lines and lines[0].startswith("i="):
        result._info = lines.pop(0)[2:]
    result._other_lines = [SDPLine(line[0], line[2:]) for line in lines]
    result._connection = _connection_from_native(source.conn)
    result._bandwidth = _bandwidth_from_native(source.bandw_count, source.bandw)
    result._start_time = source.time.start
    result._stop_time = source.time.stop
    result._attributes = _attributes_from_native(source.attr_count, source.attr)
    result._media = [media_from_native(source.media[index]) for index in range(source.media_count)]
    return result


# ---- at import

cdef int _register_errors() except -1:
    cdef pj_status_t status
    with nogil:
        ensure_thread()
        status = pj_register_strerror(
            PJMEDIA_ERRNO_START, PJ_ERRNO_SPACE_SIZE, &pjmedia_strerror
        )
    return check(status, "could not register pjmedia's error texts")


_register_errors()
