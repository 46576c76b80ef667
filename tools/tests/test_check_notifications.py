"""The check of the tables of notifications finds what only one side has."""

from pathlib import Path

import pytest

from tools import check_notifications

ROOT = Path(__file__).resolve().parents[2]
FOLDER = "packages/sipsimple-x/src/sipsimple/x"
TABLE = """
from sipsimple.pjproject.notifications import NotificationKind

NOTIFICATIONS = (
    NotificationKind("SCEngineDidStart", "Engine", "it began"),
    NotificationKind("SCEngineDidEnd", "Engine", "it is over"),
    NotificationKind("SCEngineDidRest", "Engine", "it rests", unavailable="it never does"),
)
"""


@pytest.fixture
def root(tmp_path):
    source = tmp_path / FOLDER
    source.mkdir(parents=True)
    (source / "a.pyx").write_text('emit(base, "SCEngineDidStart", target, data)\n')
    (source / "b.py").write_text('queue.post("SCEngineDidEnd", None, {})  # UDP/DTLS/SCTP\n')
    (source / "notifications.py").write_text(TABLE)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/page.md").write_text("`SCEngineDidStart`\n`SCEngineDidRest`\n")
    return tmp_path


def test_this_repository_describes_what_it_sends():
    assert check_notifications.problems(ROOT) == []


def test_names_on_both_sides_pass(root):
    assert check_notifications.problems(root) == []


def test_a_notification_that_is_not_described_is_found_where_it_is_sent(root):
    (root / FOLDER / "c.py").write_text('# SCEngineDidStart\npost("SCEngineOther")\n')

    assert check_notifications.problems(root) == [f"{FOLDER}/c.py:2: SCEngineOther is in no table"]


def test_a_description_of_what_nothing_sends_is_found(root, capsys):
    (root / FOLDER / "b.py").write_text("# SCEngineDidEnd is only mentioned\n")

    assert check_notifications.main(root) == 1
    assert capsys.readouterr().out == f"{FOLDER}/notifications.py:6: nothing sends SCEngineDidEnd\n"


def test_what_is_sent_though_it_is_said_not_to_be_is_found(root):
    (root / FOLDER / "c.pyx").write_text('emit(base, "SCEngineDidRest", None, {})\n')

    assert check_notifications.problems(root) == [
        f"{FOLDER}/c.pyx:1: SCEngineDidRest is sent, though its table says that it is not"
    ]


def test_a_wrong_name_on_a_page_is_found(root):
    (root / "docs/page.md").write_text("`SCEngineDidStart`\n\nSCEngineTypo\n")

    assert check_notifications.problems(root) == ["docs/page.md:3: SCEngineTypo is in no table"]


def test_a_name_that_is_described_twice_is_found(root):
    (root / FOLDER / "more_notifications.py").write_text(
        'NotificationKind("SCEngineDidEnd", "Engine", "it is over")\n'
    )

    assert check_notifications.problems(root) == [
        f"{FOLDER}/notifications.py:6: SCEngineDidEnd is in "
        f"{FOLDER}/more_notifications.py:1 already"
    ]
