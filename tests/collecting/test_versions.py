"""A dataset says which code and libraries collected it, and that it goes on with others."""

from embodied_ssl.collecting.engines import in_this_process
from embodied_ssl.collecting.filling import collect_missing
from embodied_ssl.data import versions


def collect(spec):
    return collect_missing(spec, in_this_process, range(spec.num_shards))


def test_sources_that_are_not_installed_are_of_an_unknown_version(spec_of, monkeypatch):
    monkeypatch.setattr(versions, "RECORDED", ("a-package-that-is-not-there",))
    monkeypatch.setattr(versions, "_commit", lambda: None)
    manifest = collect(spec_of(rows=1))
    assert manifest.versions == {"a-package-that-is-not-there": "unknown"}


def test_the_commit_that_collects_is_recorded(spec_of, monkeypatch):
    monkeypatch.setattr(versions, "_commit", lambda: "1234abc+changes")
    manifest = collect(spec_of(rows=1))
    assert manifest.versions["commit"] == "1234abc+changes" and manifest.versions["numpy"]


def test_a_dataset_that_goes_on_with_other_code_says_so(spec_of, monkeypatch, capsys):
    monkeypatch.setattr(versions, "_commit", lambda: "1234abc")
    collect(spec_of(rows=100))
    collect(spec_of(rows=200))
    assert "was begun otherwise" not in capsys.readouterr().err
    monkeypatch.setattr(versions, "_commit", lambda: "5678def")
    manifest = collect(spec_of(rows=200))
    assert manifest.versions["commit"] == "1234abc"
    for _ in range(2):
        manifest = collect(spec_of(rows=300))
        assert manifest.versions["commit"] == "1234abc, 5678def"
    said = capsys.readouterr().err
    assert said.count("was begun otherwise and goes on with commit 5678def: its new rows") == 1


def test_what_is_not_known_of_a_version_is_said():
    both = versions.versions_of_both({"numpy": "1"}, {"numpy": "1", "commit": "a"})
    assert both == {"numpy": "1", "commit": "unknown, a"}
    assert versions.versions_of_both({"commit": "a, b"}, {"commit": "b"}) == {"commit": "a, b"}
    assert versions.versions_of_both({}, {"commit": "b"}) == {}
