import subprocess
import sys
from pathlib import Path

from evergreen.stack.lock import held, is_held


def test_a_lock_is_held_once(tmp_path: Path) -> None:
    with held(tmp_path) as first, held(tmp_path, wait=False) as second:
        assert (first, second) == (True, False)
        assert is_held(tmp_path)
    assert not is_held(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_not_held(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "none")


def test_a_lock_dies_with_its_holder(tmp_path: Path) -> None:
    program = "import sys, time; from pathlib import Path; from evergreen.stack.lock import held\n"
    program += "with held(Path(sys.argv[1])): print('held', flush=True); time.sleep(1000)"
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert is_held(tmp_path)
        holder.kill()
    assert not is_held(tmp_path)


def test_a_program_that_is_started_meanwhile_does_not_inherit_it(tmp_path: Path) -> None:
    with held(tmp_path):
        child = subprocess.Popen(["sleep", "1000"], close_fds=False)
    try:
        assert not is_held(tmp_path)
    finally:
        child.kill()
        child.wait()
