"""From the text of a session description to objects (RFC 8866 section 9).

Our own and not `pjmedia_sdp_parse()`, which has no place for `i=` lines, drops what exceeds
its arrays without an error, and moves attributes from the session to its media. On what
both take they agree, which a test holds up.
"""

from sipsimple.sdp.attribute cimport SDPAttribute
from sipsimple.sdp.bandwidth cimport SDPBandwidth
from sipsimple.sdp.connection cimport SDPConnection
from sipsimple.sdp.media cimport SDPMedia, find_direction
from sipsimple.sdp.session cimport SDPSession

from sipsimple.sdp.errors import SDPParseError

cdef object MAX_NUMBER = 2**64 - 1
cdef object MAX_BANDWIDTH = 2**32 - 1


cdef str _shown(str value):
    return repr(value if len(value) <= 60 else value[:57] + "...")


cdef object _number(str text, str what, object high):
    # The length is looked at first: int() of a long string takes quadratic time.
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise SDPParseError(f"{what} {_shown(text)} is not a number from 0 to {high}")
    number = int(text)
    if number > high:
        raise SDPParseError(f"{what} {_shown(text)} is not a number from 0 to {high}")
    return number


cdef list _fields(str text):
    """What stands between runs of white space; the grammar has single spaces, devices more."""
    if "\t" in text:
        text = text.replace("\t", " ")
    cdef list fields = text.split(" ")
    return [field for field in fields if field] if "" in fields else fields


cdef int _parse_origin(SDPSession session, str text) except -1:
    cdef list fields = _fields(text)
    if len(fields) != 6:
        raise SDPParseError(f"o= has {len(fields)} fields instead of 6: {_shown(text)}")
    session._id = _number(fields[1], "session id", MAX_NUMBER)
    session._version = _number(fields[2], "session version", MAX_NUMBER)
    session._user = fields[0]
    session._net_type = fields[3]
    session._address_type = fields[4]
    session._address = fields[5]
    return 0


cdef int _parse_time(SDPSession session, str text) except -1:
    cdef list fields = _fields(text)
    if len(fields) != 2:
        raise SDPParseError(f"t= has {len(fields)} fields instead of 2: {_shown(text)}")
    session._start_time = _number(fields[0], "start time", MAX_NUMBER)
    session._stop_time = _number(fields[1], "stop time", MAX_NUMBER)
    return 0


cdef SDPConnection _parse_connection(str text):
    cdef list fields = _fields(text)
    if len(fields) != 3:
        raise SDPParseError(f"c= has {len(fields)} fields instead of 3: {_shown(text)}")
    cdef SDPConnection connection = SDPConnection.__new__(SDPConnection)
    connection._net_type = fields[0]
    connection._address_type = fields[1]
    connection._address = fields[2]
    return connection


cdef SDPBandwidth _parse_bandwidth(str text):
    cdef str modifier, colon, value
    modifier, colon, value = text.rstrip(" \t").partition(":")
    if not modifier or not colon or " " in modifier or "\t" in modifier:
        raise SDPParseError(f"b= is not of the form modifier:value: {_shown(text)}")
    cdef SDPBandwidth bandwidth = SDPBandwidth.__new__(SDPBandwidth)
    bandwidth._modifier = modifier
    bandwidth._value = _number(value, "bandwidth", MAX_BANDWIDTH)
    return bandwidth


cdef SDPAttribute _parse_attribute(str text):
    cdef str name, _colon, value
    name, _colon, value = text.partition(":")
    # "a=sendonly " is the attribute sendonly; behind a colon white space may mean something.
    name = name.rstrip(" \t")
    if not name:
        raise SDPParseError(f"a= has no name: {_shown(text)}")
    cdef SDPAttribute attribute = SDPAttribute.__new__(SDPAttribute)
    attribute._name = name
    attribute._value = value
    return attribute


cdef SDPMedia _parse_media(str text):
    cdef list fields = _fields(text)
    if len(fields) < 3:
        raise SDPParseError(
            f"m= has {len(fields)} fields instead of 3 or more: {_shown(text)}"
        )
    cdef SDPMedia media = SDPMedia.__new__(SDPMedia)
    cdef str port, slash, count
    port, slash, count = fields[1].partition("/")
    media._port = _number(port, "port", 65535)
    if slash:
        media._port_count = _number(count, "port count", 65535)
        if media._port_count == 0:
            raise SDPParseError("port count is 0")
    media._media = fields[0]
    media._transport = fields[2]
    media._formats = fields[3:]
    return media


cdef int _parse_line(SDPSession session, SDPMedia media, str kind, str text) except -1:
    if kind == "a":
        (session._attributes if media is None else media._attributes).append(
            _parse_attribute(text)
        )
    elif kind == "c":
        if media is None:
            session._connection = _parse_connection(text)
        else:
            media._connection = _parse_connection(text)
    elif kind == "b":
        (session._bandwidth if media is None else media._bandwidth).append(
            _parse_bandwidth(text)
        )
    elif kind == "i":
        if media is None:
            session._info = text
        else:
            media._info = text
    elif kind == "o":
        _parse_origin(session, text)
    elif kind == "s":
        session._name = text
    elif kind == "t":
        _parse_time(session, text)
    elif kind == "v":
        if text.rstrip(" \t") != "0":
            raise SDPParseError(f"version {_shown(text)} is not 0")
    elif not "a" <= kind <= "z":
        raise SDPParseError(f"{_shown(kind)} is not the type of a line")
    return 0


cdef str _to_text(object data):
    cdef str text
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(data).decode("utf-8", "surrogateescape")
    if not isinstance(data, str):
        raise TypeError(f"text: must be bytes or str, not {type(data).__name__}")
    text = data
    if not text.isascii():
        try:
            text.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError as error:
            raise SDPParseError(
                f"{_shown(text[error.start])} cannot be encoded as UTF-8",
                text.count("\n", 0, error.start) + 1,
            ) from None
    return text


def parse_session(cls, data):
    """See `SDPSession.parse()`."""
    cdef str text = _to_text(data)
    cdef SDPSession session = SDPSession.__new__(cls)
    cdef SDPMedia media = None
    cdef str line
    cdef str direction
    cdef Py_ssize_t number = 0
    cdef bint has_origin = False
    session._name = " "
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        raise SDPParseError("contains NUL", text.count("\n", 0, text.index("\0")) + 1)
    for line in text.split("\n"):
        number += 1
        if not line:
            continue
        try:
            if line[1:2] != "=":
                raise SDPParseError(f"{_shown(line)} is not of the form type=value")
            if line[0] == "m":
                media = _parse_media(line[2:])
                session._media.append(media)
            else:
                _parse_line(session, media, line[0], line[2:])
                if line[0] == "o":
                    has_origin = True
        except SDPParseError as error:
            raise SDPParseError(error.reason, number) from None
    if not has_origin:
        raise SDPParseError("there is no o= line")
    direction = find_direction(session._attributes)
    if direction is not None:
        for media in session._media:
            media._session_direction = direction
    return session
