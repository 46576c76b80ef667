"""`sipsimple.notification.center` and its neighbours: our own NotificationCenter."""

from __future__ import annotations

import gc
import logging
import threading
import time

import pytest
from zope.interface import implementer

from sipsimple.notification.center import NotificationCenter
from sipsimple.notification.delivery import data_with
from sipsimple.notification.notification import (
    Any,
    Notification,
    NotificationData,
    UnknownSender,
)
from sipsimple.notification.observer import IObserver, ObserverWeakrefProxy


@implementer(IObserver)
class Observer:
    def __init__(self, then=None):
        self.seen = []
        self.then = then

    def handle_notification(self, notification):
        self.seen.append(notification)
        if self.then is not None:
            self.then(notification)

    @property
    def names(self):
        return [notification.name for notification in self.seen]


@pytest.fixture
def center(request):
    return NotificationCenter(request.node.name)


def test_there_is_one_center_for_each_name():
    assert NotificationCenter() is NotificationCenter("default")
    assert NotificationCenter("other") is not NotificationCenter()
    assert NotificationCenter("other").name == "other"


@pytest.mark.parametrize(
    ("registration", "delivered"),
    [
        ({}, True),
        ({"name": "A"}, True),
        ({"name": "B"}, False),
        ({"sender": "me"}, True),
        ({"sender": "you"}, False),
        ({"sender": UnknownSender}, False),
        ({"name": "A", "sender": "me"}, True),
        ({"name": "A", "sender": "you"}, False),
        ({"name": Any, "sender": Any}, True),
    ],
)
def test_an_observer_gets_what_it_asked_for(center, registration, delivered):
    observer = Observer()
    center.add_observer(observer, **registration)
    center.post_notification("A", sender="me", data=NotificationData(value=1))
    assert bool(observer.seen) is delivered


def test_an_anonymous_notification_reaches_observers_of_the_unknown_sender(center):
    observer = Observer()
    center.add_observer(observer, sender=UnknownSender)
    center.post_notification("A")
    assert observer.seen[0].sender is UnknownSender
    assert repr(UnknownSender) == "UnknownSender"


def test_a_notification_has_name_sender_data_and_center(center):
    observer = Observer()
    center.add_observer(observer)
    before = time.time()
    center.post_notification("A", "me", NotificationData(code=200, reason="OK"))
    (notification,) = observer.seen
    assert (notification.name, notification.sender) == ("A", "me")
    assert (notification.data.code, notification.data.reason) == (200, "OK")
    assert notification.center is center
    assert before <= notification.timestamp <= time.time()
    assert notification.datetime.timestamp() == pytest.approx(notification.timestamp, abs=1e-5)
    assert repr(notification) == "Notification('A', 'me', NotificationData(code=200, reason='OK'))"


def test_an_observer_added_in_several_ways_gets_it_once_and_the_most_exact_come_first(center):
    order = []
    general, exact, by_name = (Observer(then=lambda _, who=who: order.append(who)) for who in "gen")
    center.add_observer(general)
    center.add_observer(by_name, name="A")
    center.add_observer(exact, name="A", sender="me")
    center.add_observer(exact)
    center.post_notification("A", "me")
    assert order == ["e", "n", "g"]


def test_each_notification_without_data_gets_data_of_its_own():
    first, second = Notification("A"), Notification("A")
    first.data.value = 1
    assert not hasattr(second.data, "value")


def test_notification_data_may_have_an_attribute_of_any_name():
    assert NotificationData(self=1, sender=2).self == 1


@pytest.mark.parametrize("arguments", [(Any,), ("A", Any)])
def test_any_cannot_be_posted(center, arguments):
    with pytest.raises(ValueError, match="Any"):
        center.post_notification(*arguments)


def test_what_is_no_observer_is_refused(center):
    class Plain:
        def handle_notification(self, notification):
            pass

    with pytest.raises(TypeError, match=r"Plain.*IObserver.*@implementer\(IObserver\)"):
        center.add_observer(Plain())
    with pytest.raises(TypeError, match=r"Plain.*IObserver.*@implementer\(IObserver\)"):
        ObserverWeakrefProxy(Plain())


def test_an_observer_is_removed_by_the_arguments_it_was_added_with(center):
    observer = Observer()
    center.add_observer(observer, name="A")
    with pytest.raises(KeyError):
        center.remove_observer(observer)
    center.discard_observer(observer)
    center.post_notification("A")
    center.remove_observer(observer, name="A")
    center.post_notification("A")
    assert observer.names == ["A"]
    with pytest.raises(KeyError):
        center.remove_observer(observer, name="A")


def test_purging_an_observer_removes_all_its_registrations(center):
    observer, other = Observer(), Observer()
    center.add_observer(observer, name="A")
    center.add_observer(observer, sender="me")
    center.add_observer(other, sender="me")
    center.purge_observer(observer)
    center.post_notification("A", "me")
    assert (observer.names, other.names) == ([], ["A"])


def test_what_an_observer_posts_follows_the_current_notification(center):
    order = []

    def first(notification):
        if notification.name == "A":
            center.post_notification("B")
        order.append(("first", notification.name))

    center.add_observer(Observer(then=first))
    center.add_observer(Observer(then=lambda item: order.append(("second", item.name))))
    center.post_notification("A")
    assert order == [("first", "A"), ("second", "A"), ("first", "B"), ("second", "B")]


def test_an_exception_is_logged_and_the_other_observers_are_served(center, caplog):
    def fail(notification):
        raise RuntimeError("no")

    other = Observer()
    center.add_observer(Observer(then=fail))
    center.add_observer(other)
    with caplog.at_level(logging.ERROR, "sipsimple.notification"):
        center.post_notification("A")
        center.post_notification("B")
    assert other.names == ["A", "B"]
    assert "RuntimeError: no" in caplog.text


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
def test_what_ends_the_program_does_so_after_the_other_observers_are_served(center, kind):
    def leave(notification):
        center.discard_observer(leaver)
        center.post_notification("B")
        raise kind

    leaver, other = Observer(then=leave), Observer()
    center.add_observer(leaver)
    center.add_observer(other)
    with pytest.raises(kind):
        center.post_notification("A")
    assert other.names == ["A", "B"]
    center.post_notification("C")
    assert other.names == ["A", "B", "C"]


def test_an_unhashable_sender_is_refused_and_later_posts_work(center):
    observer = Observer()
    center.add_observer(observer)
    with pytest.raises(TypeError):
        center.post_notification("A", sender=[])
    center.post_notification("B")
    assert observer.names == ["B"]


def test_a_weak_proxy_does_not_keep_its_observer_and_leaves_with_it(center):
    observer = Observer()
    seen = observer.seen
    proxy = ObserverWeakrefProxy(observer)
    assert ObserverWeakrefProxy(observer) is proxy
    center.add_observer(proxy, name="A")
    center.post_notification("A")
    del observer
    gc.collect()
    center.post_notification("A")
    assert len(seen) == 1
    assert not center._observers
    proxy.handle_notification(Notification("A"))
    assert len(seen) == 1


def test_a_weak_proxy_made_anew_removes_the_registration(center):
    observer = Observer()
    center.add_observer(ObserverWeakrefProxy(observer))
    center.remove_observer(ObserverWeakrefProxy(observer))
    center.post_notification("A")
    assert observer.seen == []


def test_observers_come_and_go_while_other_threads_post(center):
    permanent = Observer()
    center.add_observer(permanent)
    failures = []
    posts = 2000
    done = threading.Event()

    def come_and_go():
        try:
            while not done.is_set():
                observer = Observer()
                center.add_observer(observer, name="A")
                center.add_observer(ObserverWeakrefProxy(Observer()), name="A")
                center.remove_observer(observer, name="A")
        except BaseException as error:
            failures.append(error)

    def post():
        try:
            for _ in range(posts):
                center.post_notification("A", sender=threading.get_ident())
        except BaseException as error:
            failures.append(error)

    visitors = [threading.Thread(target=come_and_go) for _ in range(2)]
    posters = [threading.Thread(target=post) for _ in range(2)]
    for thread in visitors + posters:
        thread.start()
    for thread in posters:
        thread.join(60)
    done.set()
    for thread in visitors:
        thread.join(60)
    assert not any(thread.is_alive() for thread in visitors + posters)
    assert failures == []
    assert len(permanent.seen) == 2 * posts
    gc.collect()
    center.post_notification("B")
    assert list(center._observers) == [(Any, Any)]


def test_a_destructor_may_remove_observers_while_the_center_is_locked(center):
    observer = Observer()
    center.add_observer(observer, name="A")
    with center._lock:  # what a collection within a locked region comes to
        center.discard_observer(observer, name="A")
    center.post_notification("A")
    assert observer.seen == []


class _Late(dict[str, object]):
    """A dict that makes a value when it is read."""

    def __missing__(self, name: str) -> object:
        if name != "late":
            raise KeyError(name)
        self[name] = ["made"]
        return self[name]


def test_data_over_a_dict_that_makes_its_values_reads_them_when_they_are_asked_for():
    attributes = _Late(early=1)
    data = data_with(NotificationData, attributes)
    assert data.early == 1 and attributes == {"early": 1}
    assert data.late is data.late == ["made"]
    assert attributes == {"early": 1, "late": ["made"]}
    assert not hasattr(data, "never")
    with pytest.raises(AttributeError, match="has no attribute 'never'"):
        _ = data.never


def test_data_of_another_center_gets_all_values():
    class Foreign:
        def __init__(self, **attributes: object) -> None:
            self.attributes = attributes

    data = data_with(Foreign, {"early": 1})
    assert data.attributes == {"early": 1}
