"""The check of the page of notifications finds what only one side has."""

from pathlib import Path

import pytest

from tools import check_notifications

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def root(tmp_path):
    source = tmp_path / "packages/sipsimple-x/src/sipsimple/x"
    source.mkdir(parents=True)
    (source / "a.pyx").write_text('emit(base, "SCEngineDidStart", target, data)\n')
    (source / "b.py").write_text('queue.post("SCEngineDidEnd", None, {})  # SCEngineOther\n')
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/notifications.md").write_text("`SCEngineDidStart`\n`SCEngineDidEnd`\n")
    return tmp_path


def test_this_repository_describes_what_it_sends():
    assert check_notifications.problems(ROOT) == []


def test_names_on_both_sides_pass(root):
    assert check_notifications.problems(root) == []


def test_a_notification_that_is_not_described_is_found_where_it_is_sent(root):
    (root / "docs/notifications.md").write_text("`SCEngineDidStart`\n")

    assert check_notifications.problems(root) == [
        "packages/sipsimple-x/src/sipsimple/x/b.py:1: SCEngineDidEnd is not on notifications.md"
    ]


def test_a_description_of_what_nothing_sends_is_found(root, capsys):
    (root / "docs/notifications.md").write_text(
        "`SCEngineDidStart`\n`SCEngineDidEnd`\n`SCEngineTypo`\n"
    )

    assert check_notifications.main(root) == 1
    assert "docs/notifications.md:3: nothing sends SCEngineTypo" in capsys.readouterr().out
