"""How far long work is: bars, lines, bars within bars."""

import io

import pytest

from embodied_ssl import progress
from embodied_ssl.progress import Meter, each, progress_bar


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still unless it is put on."""

    class Clock:
        now = 100.0

        def __call__(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr("time.monotonic", clock)
    return clock


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    """Put a terminal in the place of the error stream, and give what it shows."""

    def call(kind="xterm"):
        shown = Terminal()
        monkeypatch.setattr("sys.stderr", shown)
        monkeypatch.setenv("TERM", kind)
        monkeypatch.setenv("COLUMNS", "160")
        return shown.getvalue

    return call


def test_a_log_has_a_line_now_and_then(clock, capsys):
    with progress_bar("train", 1000, "images") as advance:
        for _ in range(1000):
            clock.now += 0.1
            advance(1, "loss 0.5")
    lines = capsys.readouterr().err.splitlines()
    assert 8 <= len(lines) <= 11
    assert lines[0].startswith("train: ") and "images, loss 0.5, 9.9/s, 1 min" in lines[0]
    assert lines[-1].startswith("train: 1000/1000 images, loss 0.5, 10.0/s, 0 s left")


def test_the_counter_never_overshoots(clock, capsys):
    with progress_bar("train", 600, "images") as advance:
        for _ in range(8):
            clock.now += 2
            advance(128)
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].startswith("train: 600/600 images")
    assert sum("600/600" in line for line in lines) == 1


def test_work_within_work_speaks_where_the_outer_is_silent(clock, capsys):
    with progress_bar("evaluate", 2, "models") as advance:
        for model in ("a", "b"):
            for _ in each(range(4), model, "stages"):
                clock.now += 6
            advance(1)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("a: 2/4 stages, 6 s each, 12 s left")
    assert any(line.startswith("b: ") for line in lines)
    assert lines[-1].startswith("evaluate: 2/2 models, 24 s each")
    assert len(lines) <= 6


def test_quick_work_within_work_says_nothing(capsys):
    with progress_bar("evaluate", 1, "models") as advance:
        list(each(range(100), "a", "stages"))
        advance(1)
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("title", ["d[/b]e", "[bold", "a\x1b[31mb", "a\nb", "{0}", "%s", "x\\"])
def test_any_title_is_shown_on_a_terminal(terminal, title):
    shown = terminal()
    with progress_bar(title, 2, "items") as advance:
        for item in each(range(3), title, "parts"):
            advance(1, f"loss {title} {item}")
    assert progress.printable(title) in shown()
    assert "\x1b[31mb" not in shown() and not progress._displays


def test_a_dumb_terminal_has_lines(terminal):
    shown = terminal("dumb")
    with progress_bar("train", 1, "images") as advance:
        advance(1)
    assert shown().startswith("train: 1/1 images") and "\x1b" not in shown()


def test_what_fails_leaves_no_bar_behind(terminal):
    terminal()
    with pytest.raises(KeyError), progress_bar("a", 2, "items"), progress_bar("b", 2, "items"):
        raise KeyError
    assert not progress._displays


def test_nothing_is_shown_where_nobody_looks(monkeypatch):
    with progress_bar("a", 2, "items", shown=False) as advance:
        advance(1, "fine")
    monkeypatch.setattr("sys.stderr", None)
    with progress_bar("a", 2, "items") as advance:
        advance(1, "fine")


@pytest.mark.parametrize(
    ("total", "passed", "said"),
    [(200, 100, "1 min 40 s left"), (10_000, 100, "2 h 45 min left"), (101, 100, "1 s left")],
)
def test_the_time_left(clock, total, passed, said):
    meter = Meter(total)
    for _ in range(passed):
        clock.now += 1.0
        meter.advance(1)
    assert meter.left == said
