from pathlib import Path

from evergreen.stack.status import ComponentStatus, Phase, StackStatus, read, write


def test_it_reads_what_it_wrote(tmp_path: Path) -> None:
    components = {
        "one": ComponentStatus(phase=Phase.READY, pid=7, since=1.5, seconds=0.5),
        "two": ComponentStatus(phase=Phase.FAILED, restarts=2, message="two ended with exit code 3"),
    }
    status = StackStatus(supervisor=3, components=components)
    write(tmp_path / "status.json", status)
    assert read(tmp_path / "status.json") == status
    assert status.failed == ["two"]
    assert not status.ready


def test_there_is_none_before_a_start(tmp_path: Path) -> None:
    assert read(tmp_path / "status.json") is None
