"""Where the page says that what it shows comes from."""

from dataclasses import replace

from embodied_ssl.data import Dataset
from embodied_ssl.data.manifest import SETTINGS
from embodied_ssl.report import collected


def test_of_a_dataset_command_and_commit(rooms_dir, monkeypatch):
    dataset = Dataset.open(rooms_dir)
    told = replace(dataset.manifest, versions={"commit": "0123456789abcdef" * 2 + "01234567"})
    dataset = replace(dataset, manifest=told)
    monkeypatch.setattr(collected, "open_source", lambda path: dataset)
    settings = dataset.path / SETTINGS
    command = f"collect --env rooms --config {settings}, " if settings.is_file() else ""
    assert collected.collected("rooms").origin == f"{command}commit 0123456789"
