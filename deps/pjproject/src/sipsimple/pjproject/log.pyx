"""Forwards pjproject's log messages to the event queue, as `SCEngineLog`."""

from libc.string cimport memcpy

from sipsimple.pjproject.events cimport Event, emit, event_new, event_push
from sipsimple.pjproject.pjlib cimport (
    PJ_LOG_HAS_SENDER,
    PJ_LOG_HAS_SPACE,
    pj_log_set_decor,
    pj_log_set_log_func,
)

cdef struct LogEvent:
    Event base
    int level
    int length
    char text[1]


cdef void _record(int level, const char *text, int length) noexcept nogil:
    cdef LogEvent *event
    if length < 0:
        return
    event = <LogEvent *> event_new(sizeof(LogEvent) + length, &_deliver, NULL, NULL)
    if event == NULL:
        return
    event.level = level
    event.length = length
    memcpy(event.text, text, length)
    event_push(&event.base)


cdef int _deliver(object target, Event *base) except -1:
    cdef LogEvent *event = <LogEvent *> base
    cdef bytes line = (<char *> event.text)[:event.length]
    # With these decorations a line is the sender, padded to a column, then the message.
    sender, _, message = line.decode("utf-8", "replace").strip().partition(" ")
    return emit(
        base,
        "SCEngineLog",
        None,
        {"sender": sender, "level": event.level, "message": message.strip()},
    )


pj_log_set_decor(PJ_LOG_HAS_SENDER | PJ_LOG_HAS_SPACE)
pj_log_set_log_func(&_record)
