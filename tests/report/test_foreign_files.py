"""Files that were cut short, changed or moved, and names that are the same: one line, or said."""

import json
import random
import shutil

import pytest

from embodied_ssl.errors import UserError
from embodied_ssl.report import ReportConfig, run_report
from embodied_ssl.report.command import distinct
from embodied_ssl.report.trained import run_section, trained
from embodied_ssl.training.metrics import read_log

ODD = (None, True, -1, 10**400, 1e308, "text", "{0.__class__}", [], {}, [[]], {"a": None})
CHANGES = 8  # of each file
FILES = ("retrieval", "next_best_view", "equivariance")


def places(value, path=()):
    """The path to every part of a result."""
    yield path
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


def changed(results, rng):
    """A copy of results in which one part is another or gone."""
    copy = json.loads(json.dumps(results))
    *way, last = rng.choice([path for path in places(copy) if path])
    part = copy
    for key in way:
        part = part[key]
    if rng.random() < 0.3:
        del part[last]
    else:
        part[last] = rng.choice(ODD)
    return copy


@pytest.mark.filterwarnings("ignore")  # of numbers without end in charts
@pytest.mark.parametrize("name", FILES)
def test_changed_results_are_one_line_or_a_page(request, name, tmp_path, capsys):
    rng = random.Random(0)
    text = request.getfixturevalue(name).read_text()
    file, out = tmp_path / "results.json", tmp_path / "page.html"
    for number in range(CHANGES):
        if number % 4:
            written = json.dumps(changed(json.loads(text), rng))
        else:
            written = text[: rng.randrange(len(text))]
        file.write_text(written)
        out.unlink(missing_ok=True)
        try:
            run_report(ReportConfig(evaluations=(file,), out=out))
        except UserError as error:
            assert "\n" not in str(error) and not out.exists()


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"[" * 100_000, b"[]", b"null", b'{"models": 1}', b"NaN"]
)
def test_what_is_no_result_is_one_line(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(UserError, match=r"x\.json was not written by evaluate"):
        run_report(ReportConfig(evaluations=(tmp_path / "x.json",), out=tmp_path / "page.html"))


def test_a_page_never_replaces_what_it_is_made_of(retrieval, tmp_path):
    file = shutil.copy(retrieval, tmp_path / "results.json")
    with pytest.raises(UserError, match="would replace what is read"):
        run_report(ReportConfig(evaluations=(file,), out=file))
    assert json.loads(file.read_text())["protocol"] == "retrieval"


@pytest.mark.parametrize("inside", ["results.json", "out/sub/results.json"])
def test_data_are_found_from_another_folder(
    retrieval, turntable_dir, tmp_path, monkeypatch, inside
):
    project = tmp_path / "project"
    shutil.copytree(turntable_dir, project / "data" / "turn")
    results = json.loads(retrieval.read_text())
    results["settings"]["data"] = "data/turn"
    file = project / inside
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(results))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    out = tmp_path / "page.html"
    run_report(ReportConfig(evaluations=(file,), out=out))
    moved = shutil.move(file, tmp_path / "elsewhere" / "results.json")
    with pytest.raises(UserError, match="name by --root the folder"):
        run_report(ReportConfig(evaluations=(moved,), out=out))
    run_report(ReportConfig(evaluations=(moved,), out=out, root=project))
    with pytest.raises(UserError, match=r"--root .*nowhere is no folder"):
        ReportConfig(evaluations=(moved,), root=tmp_path / "nowhere")


def test_data_of_a_run_are_found_from_another_folder(view_run, rooms_dir, tmp_path, monkeypatch):
    project = tmp_path / "project"
    shutil.copytree(rooms_dir, project / "data" / "rooms")
    run = shutil.copytree(view_run, project / "runs" / "views")
    settings = json.loads((run / "run.json").read_text())
    settings["datasets"]["rooms"]["path"] = "data/rooms"
    (run / "run.json").write_text(json.dumps(settings))
    monkeypatch.chdir(tmp_path)
    titles = [figure.title for figure in run_section(run).figures]
    assert "Predicted views" in titles


def write_run(folder, lines):
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps({"method": "none"}))
    (folder / "metrics.jsonl").write_bytes(b"\n".join(lines))
    return folder


def entry(step, loss=1.0):
    return json.dumps({"step": step, "images": 8 * step, "loss": loss}).encode()


@pytest.mark.parametrize("half", [b'{"step": 3, "im', b"", b'{"step"', b"\xff\xfe", b"{"])
def test_a_line_that_is_still_being_written_is_left_out(tmp_path, half):
    run = write_run(tmp_path / "run", [entry(1), entry(2), half])
    logged, damaged = read_log(run / "metrics.jsonl")
    assert [line["step"] for line in logged] == [1, 2] and damaged == 0


@pytest.mark.parametrize("odd", [b"nonsense", b"[1]", b"null x", b"\xff", b"7", b'{"a": ' * 9999])
def test_damaged_lines_are_left_out_and_counted(tmp_path, odd):
    run = write_run(tmp_path / "run", [entry(1), odd, entry(2), b""])
    curves = run_section(run).figures[0]
    assert [chart.title for chart in curves.figures] == ["loss"]
    assert "1 lines of metrics.jsonl are damaged" in curves.text


@pytest.mark.parametrize("value", [10**400, float("nan"), float("inf"), 1e308, None, "x", True, []])
def test_values_that_cannot_be_drawn_are_left_out(tmp_path, value):
    run = write_run(tmp_path / "run", [entry(1), entry(2), entry(3, value), entry(4), b""])
    assert [chart.title for chart in run_section(run).figures[0].figures] == ["loss"]


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", b"null", b""])
def test_damaged_settings_of_a_run_are_one_line(tmp_path, content):
    run = write_run(tmp_path / "run", [entry(1)])
    (run / "run.json").write_bytes(content)
    with pytest.raises(UserError, match=r"run.json is damaged") as caught:
        run_section(run)
    assert "\n" not in str(caught.value)


def test_runs_of_one_name_are_told_apart(tmp_path, monkeypatch):
    runs = [write_run(tmp_path / seed / "run", [entry(1)]) for seed in ("s0", "s1")]
    assert [part.title for part in trained(runs).figures] == ["s0/run", "s1/run"]
    monkeypatch.chdir(runs[0])
    here = [*runs[:1], runs[0].joinpath("..", "run")]
    assert [part.title for part in trained(here).figures] == ["run"]


def test_entries_of_the_menu_are_told_apart():
    names, paths = ["A", "B", "A", "A"], ["x/one", "two", "y/one", "y/one"]
    assert distinct(names, paths) == ["A: x/one", "B", "A: y/one (1)", "A: y/one (2)"]
