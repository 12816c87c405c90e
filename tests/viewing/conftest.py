"""Galleries of the small datasets, and a browser that opens them from disk."""

import shutil
from contextlib import contextmanager

import pytest

from embodied_ssl.data import Dataset
from embodied_ssl.viewing.gallery import write_gallery

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def galleries(tabletop_dir, rooms_dir, turntable_dir, tmp_path_factory):
    """World -> the folder of its gallery."""
    folder = tmp_path_factory.mktemp("galleries")
    data = {"tabletop": tabletop_dir, "rooms": rooms_dir, "turntable": turntable_dir}
    return {name: write_gallery(Dataset.open(at), folder / name) for name, at in data.items()}


@pytest.fixture(scope="module")
def browser():
    """Chromium without a window."""
    if BROWSER is None:
        pytest.skip("no chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as player:
        browser = player.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def tab_of(browser):
    """A page of a gallery; whatever the browser complains of fails the test, as does a request for
    anything outside the gallery."""

    @contextmanager
    def open_tab(gallery, address="", width=1280):
        complaints, requests = [], []
        tab = browser.new_page(viewport={"width": width, "height": 900})
        tab.set_default_timeout(10_000)
        tab.on("request", lambda request: requests.append(request.url))
        tab.on("requestfailed", lambda request: complaints.append(request.url))
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("dialog", lambda dialog: complaints.append(dialog.message))
        tab.goto(f"{(gallery / 'index.html').as_uri()}{address}", wait_until="load")
        yield tab
        tab.close()
        assert not complaints
        assert all(url.startswith(("data:", gallery.as_uri())) for url in requests)

    return open_tab
