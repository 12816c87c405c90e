"""Numbers on the command line that make no sense: one line, and nothing is written."""

import pytest

from embodied_ssl import cli


@pytest.fixture
def train(capsys, tabletop_dir, tmp_path):
    """``train METHOD ...`` in this process: (status, errors)."""

    def call(words):
        name, *rest = words.split()
        args = ["train", name, "--data", str(tabletop_dir), "--out", str(tmp_path / "run"), *rest]
        status = cli.run(lambda: cli._dispatch(args))
        return status, capsys.readouterr().err

    return call


@pytest.mark.parametrize(
    "words",
    [
        *(f"simclr --lr {value}" for value in ("nan", "inf", "-1", "0")),
        *(f"simclr --weight-decay {value}" for value in ("nan", "inf", "-1")),
        *(f"simclr --warmup {value}" for value in ("5", "-1", "nan")),
        *(f"simclr --seed {value}" for value in ("-1", 2**70)),
        *(f"simclr --batch-size {value}" for value in (0, 10**9)),
        *(f"simclr --train-size {value}" for value in (-8, 0, 7, 10**9)),
        "simclr --images 0",
        "simclr --clip-norm -1",
        "simclr --clip-norm nan",
        "simclr --checkpoint-minutes nan",
        "simclr --threads -1",
        "simclr --adam-betas 0.9 1",
        "simclr --optimizer sgd --sgd-momentum 2",
        "simclr --temperature nan",
        "simclr --projection 0",
        "simclr --augmentation.hue inf",
        "simclr --augmentation.crop-side 1 0.5",
        "simclr --trunk.width nan",
        "simclr --trunk.width 1e9",
        "simclr --trunk.fc-dim 0",
        "moco --momentum 2",
        "moco --queue 0",
        "curious-robot --head-width nan",
        "curious-robot --weights nan 1 1 1",
        "mae --masked 1",
        "mae --trunk.patch 0",
        "rotation+simclr --weights nan 1",
        "rotation+simclr --simclr.temperature 0",
    ],
)
def test_a_number_out_of_bounds_is_one_line(train, tmp_path, words):
    status, errors = train(words)
    assert status == cli.USAGE_ERROR
    assert errors.startswith("error: --") and errors.count("\n") == 1 and "must" in errors
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["curious-robot", "jigsaw", "mae", "moco"])
def test_a_very_small_train_size_is_taken_or_refused_in_one_line(train, tmp_path, name):
    small = "--trunk vit --trunk.dim 24" if name == "mae" else "--trunk.width 0.1 --trunk.fc-dim 16"
    status, errors = train(f"{name} --train-size 8 --images 16 --batch-size 4 {small}")
    assert status in (0, cli.USAGE_ERROR) and "Traceback" not in errors
    if status:
        assert errors.count("\n") == 1 and not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lr: -1", "--lr"),
        ("lr: .nan", "lr must be a finite number"),
        ("temperature: 0", "--temperature"),
        ("augmentation: {hue: 7}", "--augmentation.hue"),
        ("augmentation: 7", "augmentation must be a mapping"),
        ("trunk: 3", "the trunk must be a name"),
        ("trunk_settings: {width: 1e9}", "--trunk.width"),
        ("probe_every: 0", "--probe-every"),
        ("device: 3", "device must be a text"),
    ],
)
def test_a_file_of_settings_is_held_to_the_same_bounds(train, tmp_path, text, said):
    (tmp_path / "it.yaml").write_text(text)
    status, errors = train(f"simclr --config {tmp_path / 'it.yaml'}")
    assert (status, errors.count("\n")) == (cli.USAGE_ERROR, 1) and said in errors
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", ["json:loads", "json:nothing", "nowhere:Method", "os"])
def test_what_is_no_method_is_one_line(train, name):
    status, errors = train(name)
    assert (status, errors.count("\n")) == (cli.USAGE_ERROR, 1) and "method" in errors
