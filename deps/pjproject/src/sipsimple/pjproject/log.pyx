"""Forwards pjproject's log messages to the event queue: as `SCEngineLog`, and to `logging`.

The logger is `sipsimple.pjsip`. It writes nothing to stderr by itself: who wants its records
configures `logging`, and has them of the levels that `log_level` lets through.
"""

import logging

from libc.stdint cimport int64_t
from libc.string cimport memcpy

from sipsimple.pjproject.events cimport Event, emit, event_new, event_push
from sipsimple.pjproject.pjlib cimport (
    PJ_LOG_HAS_SENDER,
    PJ_LOG_HAS_SPACE,
    pj_log_set_decor,
    pj_log_set_log_func,
)

_logger = logging.getLogger("sipsimple.pjsip")
_logger.addHandler(logging.NullHandler())

# By pjlib's: 0 is fatal, 5 a trace.
cdef tuple _LEVELS = (
    logging.CRITICAL, logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG, logging.DEBUG
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
    message = message.strip()
    emit(
        base, "SCEngineLog", None, {"sender": sender, "level": event.level, "message": message}
    )
    return _log(base.time_ns, event.level, sender, message)


cdef int _log(int64_t time_ns, int level, str sender, str message) except -1:
    severity = _LEVELS[min(level, len(_LEVELS) - 1)]
    if not _logger.isEnabledFor(severity):
        return 0
    extra = {"pjsip_sender": sender, "pjsip_level": level}
    record = _logger.makeRecord(
        _logger.name, severity, sender, 0, "%s: %s", (sender, message), None, None, extra
    )
    # When it happened, not when it was delivered.
    record.created = time_ns / 1e9
    record.msecs = time_ns // 1000000 % 1000
    _logger.handle(record)
    return 0


pj_log_set_decor(PJ_LOG_HAS_SENDER | PJ_LOG_HAS_SPACE)
pj_log_set_log_func(&_record)
