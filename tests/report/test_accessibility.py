"""The page for everyone: no violation that axe-core finds, at any width and in any light."""

import pytest

playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

WIDTHS = (1280, 390)
OPENED = "document.querySelectorAll('details').forEach(each => each.open = true)"
TOO_WIDE = """[...document.querySelectorAll('body *')].filter(each => {
    const box = each.getBoundingClientRect()
    return !each.closest('svg') && (box.right > innerWidth + 1 || box.left < -1)
}).map(each => each.outerHTML.slice(0, 80))"""
COVERED = """[...document.querySelectorAll('th, td')].filter(
    each => each.scrollWidth > each.clientWidth + 1).map(each => each.outerHTML)"""
SMALLEST = """Math.min(...[...document.images].filter(each => each.checkVisibility())
    .map(each => each.getBoundingClientRect().width))"""


@pytest.fixture(scope="module")
def tabs(page, browser_path):
    """A page at each width in light and dark, everything unfolded."""
    with playwright.sync_playwright() as player:
        browser = player.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        opened = {}
        for width in WIDTHS:
            for scheme in ("light", "dark"):
                viewport = {"width": width, "height": 800}
                tab = browser.new_page(viewport=viewport, color_scheme=scheme)
                tab.goto(page.as_uri(), wait_until="load")
                tab.evaluate(OPENED)
                opened[width, scheme] = tab
        yield opened
        browser.close()


@pytest.mark.parametrize(
    ("width", "scheme", "rules"),
    [
        (1280, "light", None),
        (390, "dark", None),
        (1280, "dark", ["color-contrast"]),
        (390, "light", ["color-contrast", "scrollable-region-focusable", "target-size"]),
    ],
)
def test_axe_finds_nothing(tabs, width, scheme, rules):
    options = {"runOnly": rules} if rules else {}
    outside = {"exclude": [["svg > *"]]}  # a chart is one image, whatever it is made of
    response = axe.Axe().run(tabs[width, scheme], context=outside, options=options).response
    found = response["violations"]
    assert response["passes"]
    assert not [(each["id"], each["nodes"][0]["html"][:200]) for each in found]


@pytest.mark.parametrize("width", WIDTHS)
def test_everything_fits(tabs, width):
    tab = tabs[width, "light"]
    assert tab.evaluate(TOO_WIDE) == []
    assert tab.evaluate(COVERED) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_pictures_are_large_enough_to_see(tabs, width):
    """But for first filters, of which sixteen stand side by side."""
    tab = tabs[width, "light"]
    tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = false)")
    assert tab.evaluate(SMALLEST) > {1280: 70, 390: 44}[width]
    tab.evaluate(OPENED)
