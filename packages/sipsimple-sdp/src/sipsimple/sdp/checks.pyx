"""Checks of what is assigned to the attributes of the SDP classes.

Every value ends up in a line of text, so none may hold what would end that line,
and a field that others follow may hold no space.
"""

from cpython.exc cimport PyErr_Clear

from sipsimple.sdp.errors import shown

cdef extern from "Python.h":
    # NULL, with an exception set, for text that has surrogates.
    const char *PyUnicode_AsUTF8AndSize(object text, Py_ssize_t *size)


cdef bint _is_plain(str text, char lowest):
    """Whether there is nothing but ASCII from a character on, as nearly always."""
    cdef Py_ssize_t length
    cdef const char *place = PyUnicode_AsUTF8AndSize(text, &length)
    cdef const char *end
    if place == NULL:
        PyErr_Clear()
        return False
    end = place + length
    while place < end:
        # Where char has a sign, what is not ASCII is below too.
        if not lowest <= place[0] < 127:
            return False
        place += 1
    return True


cdef str _exact(object value, str what):
    """A `str` itself; the text alone of an object of a subclass, such as a `StrEnum`."""
    if type(value) is str:
        return value
    if not isinstance(value, str):
        raise TypeError(f"{what}: must be str, not {type(value).__name__}")
    return str.__str__(value)


cdef str check_text(object value, str what, bint is_secret=False):
    """A `str` that fits in one line of SDP (RFC 8866 section 9: `byte-string`).

    No error shows one that is secret.
    """
    cdef str text = _exact(value, what)
    if _is_plain(text, c" "):
        return text
    if "\r" in text or "\n" in text or "\0" in text:
        raise ValueError(f"{what}: {'...' if is_secret else shown(text)} contains CR, LF or NUL")
    if not text.isascii():
        try:
            text.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            raise ValueError(
                f"{what}: {'...' if is_secret else shown(text)} cannot be encoded as UTF-8"
            ) from None
    return text


cdef bint is_plain_token(object value):
    """Whether a value is text that is a token beyond doubt; `check_token()` knows the others."""
    return type(value) is str and value != "" and _is_plain(value, c"!")


cdef str check_token(object value, str what):
    """Text without white space, at least one character (RFC 8866 section 9: `non-ws-string`)."""
    if is_plain_token(value):
        return value
    cdef str text = check_text(value, what)
    if not text:
        raise ValueError(f"{what}: must not be empty")
    if " " in text or "\t" in text:
        raise ValueError(f"{what}: {shown(text)} contains white space")
    return text


cdef str check_optional_text(object value, str what):
    """Text, or `None` where the line may be absent."""
    return None if value is None else check_text(value, what)


cdef object check_number(object value, str what, object low, object high):
    """An `int` between two bounds, both included."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{what}: must be int, not {type(value).__name__}")
    if not low <= value <= high:
        raise ValueError(f"{what}: {shown(value)} is not between {low} and {high}")
    return value if type(value) is int else int.__int__(value)


cdef int check_items(list values, str what, object kind) except -1:
    """Hold each item of a list against a class; users may have changed the list in place."""
    cdef Py_ssize_t index
    for index, value in enumerate(values):
        if not isinstance(value, kind):
            raise TypeError(
                f"{what}[{index}]: must be {kind.__name__}, not {type(value).__name__}"
            )
    return 0


cdef list _new_list(object values, str what):
    if isinstance(values, (str, bytes)):
        raise TypeError(f"{what}: must be a list, not {type(values).__name__}")
    try:
        return list(values)
    except TypeError:
        raise TypeError(f"{what}: must be a list, not {type(values).__name__}") from None


cdef list check_list(object values, str what, object kind):
    """A new list of the items, each an instance of the class."""
    cdef list result = _new_list(values, what)
    check_items(result, what, kind)
    return result


cdef list copy_items(list values, str what, object kind):
    """A new list of copies of the items, each an instance of the class."""
    cdef list items = list(values)
    check_items(items, what, kind)
    return [item.copy() for item in items]


cdef list check_formats(object values, str what):
    """A new list of the formats of an `m=` line."""
    cdef list result = _new_list(values, what)
    for index, value in enumerate(result):
        # The text that tells where it is would cost more than the check.
        if not is_plain_token(value):
            result[index] = check_token(value, f"{what}[{index}]")
    return result


# ---- subclasses

cdef object extra_of(object value):
    """What an object of a subclass has besides, as pickle has it; `None` for nothing."""
    return object.__getstate__(value)


cdef int set_extra(object value, object extra) except -1:
    """Give an object what another one of its class had besides."""
    if extra is None:
        return 0
    attributes, slots = extra if isinstance(extra, tuple) else (extra, None)
    if attributes:
        value.__dict__.update(attributes)
    if slots:
        for name in slots:
            setattr(value, name, slots[name])
    return 0
