"""A fixed small part of ``scripts/fuzz``, and that it finds what there is to find."""

import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
sys.path.insert(0, str(SCRIPTS))
try:
    from fuzzing import campaign
    from fuzzing.targets import TARGETS, Target
finally:
    sys.path.remove(str(SCRIPTS))

SLOW = ("urdfs", "scenefiles")  # Bullet tries them


@pytest.mark.filterwarnings("default")  # what libraries remark on damaged files is no error
@pytest.mark.parametrize("name", TARGETS)
def test_mutated_files_are_read_or_refused(name):
    count = 8 if name in SLOW else 20
    report = campaign.run(name, seed=1, numbers=range(count))
    assert not report.findings
    assert report.counts.total() == count


class Careless(Target):
    covered = True

    def make(self, folder):
        (folder / "a").write_bytes(bytes(100))

    def files(self, folder):
        return [folder / "a"]

    def read(self, folder):
        content = (folder / "a").read_bytes()
        return content[90]


@pytest.mark.parametrize("said", ["without a word", "IndexError"])
def test_it_finds_what_is_read_without_a_word_and_tracebacks(monkeypatch, said):
    monkeypatch.setitem(campaign.TARGETS, "careless", Careless)
    report = campaign.run("careless", seed=0, numbers=range(100))
    assert any(said in finding for finding in report.findings)
    again = campaign.run("careless", seed=0, numbers=range(100))
    assert again.findings == report.findings
