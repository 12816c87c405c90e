"""The contract of a protocol, for every one of the registry on small data."""

import json
from dataclasses import replace

import numpy as np
import pytest

from embodied_ssl.data import open_source
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation import PROTOCOLS, EvaluateConfig
from embodied_ssl.evaluation.command import run_evaluate
from embodied_ssl.evaluation.results import read_results, short_names, value_of
from embodied_ssl.evaluation.screen import print_results
from embodied_ssl.figures import Neighbours, Pictures, Section
from embodied_ssl.report.html import html

WITHOUT = {  # what so few rooms, a run without such heads, or a tabletop, do not give
    "equivariance": {"neighbour_purity"},
    "pretext": {"test"},
}
OF_OTHERS = ("difference",)  # metrics that a run itself does not have
OF_RUNS = ("learned", "difference")  # metrics that only runs, or the comparison with one, give
protocols = pytest.mark.parametrize("name", PROTOCOLS)


def leaves(value):
    """Every number and word within a result."""
    parts = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict | list):
        return [leaf for part in parts for leaf in leaves(part)]
    return [value]


def images_in(figures):
    """How many images some figures show."""
    count = 0
    for figure in figures:
        if isinstance(figure, Section):
            count += images_in(figure.figures)
        elif isinstance(figure, Pictures):
            count += sum(len(strip.pictures) for strip in figure.strips)
        elif isinstance(figure, Neighbours):
            count += sum(1 + sum(map(len, found.values())) for _, found in figure.queries)
    return count


@protocols
def test_every_metric_of_the_table_is_there(evaluate_small, evaluated_small, name, capsys):
    config, results = evaluated_small(name)
    capsys.readouterr()
    _, again = evaluate_small(name)
    assert results["title"] in " ".join(capsys.readouterr().out.split())
    written = json.loads(config.out.read_text())
    assert written == json.loads(json.dumps(results)) == read_results(config.out)
    (run,) = config.runs
    for model, numbers in results["models"].items():
        assert {**numbers, "seconds": 0} == {**again["models"][model], "seconds": 0}
        for metric in results["metrics"].keys() - WITHOUT.get(name, set()):
            value = value_of(numbers, metric)
            if model == run:
                assert value is not None or any(part in metric for part in OF_OTHERS), metric
            elif model == "pixels":
                assert value is not None or any(part in metric for part in OF_RUNS), metric
        assert all(np.isfinite(n) for n in leaves(numbers) if isinstance(n, float))
        assert model not in (run, "pixels") or numbers["seconds"] >= 0
    assert results["metrics"].keys() == PROTOCOLS.load(name).metrics.keys()


@protocols
def test_where_the_numbers_come_from_is_said(evaluated_small, name):
    config, results = evaluated_small(name)
    assert results["fingerprint"] == open_source(config.data).fingerprint
    assert results["settings"]["runs"] == config.runs and results["settings"]["seed"] == 0
    assert results["settings"]["image_size"] == 64  # as the run was trained
    assert results["command"] and results["versions"]["torch"] and "commit" in results


@protocols
def test_figures_render_with_a_row_for_each_model(evaluated_small, name):
    _, results = evaluated_small(name)
    cls = PROTOCOLS.load(name)
    table = cls.table(results)
    named = [row.name for row in table.rows if row.name]
    assert named == list(short_names(results["models"]).values())
    assert all(len(row.cells) == len(table.columns) for row in table.rows)
    assert cls.summary(results)
    figures = cls.figures(results)
    page = "".join(html(figure) for figure in figures)
    assert all(row in page for row in named)
    assert page.count('src="data:image') == images_in(figures)
    assert images_in(cls.figures(results, images=False)) == 0


@pytest.mark.parametrize("name", ["retrieval", "next-best-view"])
def test_images_of_data_that_changed_are_refused(evaluated_small, name):
    results = evaluated_small(name)[1] | {"fingerprint": "another"}
    with pytest.raises(UserError, match="not as it was evaluated"):
        PROTOCOLS.load(name).figures(results)
    PROTOCOLS.load(name).figures(results, images=False)


@protocols
def test_other_data_are_one_clear_line(
    evaluated_small, name, tabletop_dir, turntable_dir, tmp_path
):
    config, _ = evaluated_small(name)
    wrong = turntable_dir if config.data == str(tabletop_dir) else tabletop_dir
    for data in (str(wrong), "nowhere"):
        out = tmp_path / "results.json"
        with pytest.raises(UserError) as caught:
            run_evaluate(replace(config, runs=("pixels",), data=data, out=out))
        assert "\n" not in str(caught.value) and not out.exists()


@protocols
def test_the_first_line_says_what_it_is(name):
    assert PROTOCOLS.summary(name).endswith(".") and not PROTOCOLS.summary(name).startswith("(")


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"protocol": "retrieve"}, "unknown protocol 'retrieve': did you mean 'retrieval'"),
        ({"protocol": "nothing.here:Gone"}, "'nothing.here:Gone' cannot be imported"),
        ({"runs": ("imagnet",)}, "unknown run or baseline 'imagnet': did you mean 'imagenet'"),
        ({"runs": ("imagenet",)}, "pip install"),
        ({"data": "folder:nowhere"}, "nowhere"),
        ({"device": "gpu"}, "no device 'gpu'"),
        ({"image_size": 0}, "--image-size must be from 8 to 2048, not 0"),
        ({"image_size": 10**9}, "--image-size must be from 8"),
        ({"seed": -1}, "--seed must be from 0"),
        ({"seed": 2**70}, "--seed must be from 0"),
        ({"data": ""}, "--data is empty"),
    ],
)
def test_bad_input_is_one_clear_line(settings, line, turntable_dir):
    config = EvaluateConfig(runs=("pixels",), data=str(turntable_dir))
    with pytest.raises(UserError, match=line) as caught:
        run_evaluate(replace(config, **settings))
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_no_run_is_an_error(tmp_path, turntable_dir):
    with pytest.raises(UserError, match=tmp_path.name):
        run_evaluate(EvaluateConfig(runs=(str(tmp_path),), data=str(turntable_dir)))


def test_columns_without_room_are_said(evaluated_small, capsys, monkeypatch):
    _, results = evaluated_small("retrieval")
    for columns, hidden in (("60", "no room for"), ("250", "")):
        monkeypatch.setenv("COLUMNS", columns)
        print_results(PROTOCOLS.load("retrieval"), results, {})
        said = " ".join(capsys.readouterr().out.split())
        assert ("no room for" in said) == bool(hidden)
        assert "images of 64 pixels, as the runs were trained" in said
