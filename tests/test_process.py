"""Commands as processes: interrupted, without streams, in other locales, on narrow terminals."""

import os
import signal
import subprocess
import sys
import time

import pytest

from embodied_ssl.verbs import GO_ON, VERBS

COMMAND = [sys.executable, "-m", "embodied_ssl"]
LINES = {
    "collect": "--env turntable --out new --val-objects 90 --test-objects 90",
    "info": "table",
    "methods": "",
    "train": "simclr --data table --out new",
    "evaluate": "--data turn",
    "report": "--data table --out new.html",
    "view": "table --html new",
    "replay": "table --episode 0",
    "embed": "run --data turn --out new.parquet",
    "runs": ".",
    "export": "table --format images --out new",
    "push": "table user/name",
    "pull": "user/name --out new",
    "cache": "",
}


@pytest.fixture
def place(tmp_path, tabletop_dir, turntable_dir):
    (tmp_path / "table").symlink_to(tabletop_dir)
    (tmp_path / "turn").symlink_to(turntable_dir)
    return tmp_path


@pytest.mark.parametrize("verb", VERBS)
def test_an_interruption_in_the_first_second_is_one_line(place, verb):
    """Whatever is imported meanwhile; the verb is held up until then if it is quicker."""
    code = (
        "import builtins, time; from embodied_ssl import cli; real = builtins.__import__\n"
        "def slow(name, *args, **more):\n"
        "    if name.partition('.')[0] in ('embodied_ssl', 'torch', 'numpy', 'tyro'):\n"
        "        print('importing', flush=True)\n"
        "        time.sleep(0.05)\n"
        "    return real(name, *args, **more)\n"
        "builtins.__import__ = slow; cli.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, verb, *LINES[verb].split()],
        cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    process.stdout.readline()
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    if process.returncode == 0:  # it was quicker
        return
    assert process.returncode == 130, errors
    assert errors.splitlines()[-1].startswith("interrupted") and "Traceback" not in errors
    assert ("the same command continues" in errors) == (verb in GO_ON)


def test_what_was_interrupted_while_it_was_imported_is_no_error_of_its_own():
    code = (
        "import os, signal; from embodied_ssl import cli\n"
        "def command():\n"
        "    try:\n        os.kill(os.getpid(), signal.SIGINT); import time; time.sleep(9)\n"
        "    except KeyboardInterrupt:\n        raise ImportError('numpy is not what it was')\n"
        "raise SystemExit(cli.run(command))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (130, 1)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("args", ["methods", "info nowhere"])
def test_closed_streams_are_no_matter(place, closed, args):
    line = f"{' '.join(COMMAND)} {args} {closed}"
    done = subprocess.run(line, shell=True, cwd=place, capture_output=True, text=True)
    assert done.returncode == (2 if "nowhere" in args else 0), done.stderr
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr


@pytest.mark.parametrize("args", ["methods", "train simclr --help"])
def test_a_full_disk_under_the_output_is_one_line(place, args):
    line = f"{' '.join(COMMAND)} {args} > /dev/full"
    done = subprocess.run(line, shell=True, cwd=place, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == "error: No space left on device: while writing.\n"


@pytest.mark.parametrize("args", ["methods", "train simclr --help"])
def test_a_reader_that_has_gone_is_no_error(place, args):
    line = f"{' '.join(COMMAND)} {args} | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], cwd=place, capture_output=True, text=True)
    assert done.stderr == "" and done.returncode in (0, 1)


ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.parametrize(
    ("args", "environment"),
    [
        ("methods", {"LC_ALL": "C"}),
        ("methods", ASCII),
        ("methods", {"PYTHONIOENCODING": "ascii"}),
        ("evaluate --protocol odometry --help", ASCII),
        ("evaluate --protocol odometry --help", {"COLUMNS": "20"}),
        ("evaluate --protocol odometry --help", {"COLUMNS": "1"}),
        ("evaluate --protocol odometry --help", {"NO_COLOR": "1", "TERM": "dumb"}),
        ("evaluate --data turn", ASCII | {"COLUMNS": "1"}),
    ],
    ids=str,
)
def test_other_locales_and_narrow_terminals(place, args, environment):
    done = subprocess.run(
        [*COMMAND, *args.split()], cwd=place, env=os.environ | environment, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr and b"cannot be read from" not in done.stdout


def test_the_version_is_one_line(place):
    done = subprocess.run([*COMMAND, "--version"], cwd=place, capture_output=True, text=True)
    assert done.stdout.startswith("embodied-ssl ") and done.stdout.count("\n") == 1
