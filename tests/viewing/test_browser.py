"""The gallery as a browser shows it."""

import re

import pytest

from embodied_ssl.data import Dataset
from embodied_ssl.viewing.gallery import write_gallery

WORLDS = ("tabletop", "rooms", "turntable")
WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"


def counted(tab):
    return tab.inner_text("#count")


def counts(tab, label):
    """How many clips each choice of a filter would leave."""
    choices = tab.query_selector_all(f'[data-label="{label}"] .choice')
    return {words[0]: int(words[-1]) for words in (c.inner_text().split() for c in choices)}


def frames_seen(tab, picture):
    """The frames that an element shows within some time, two at least."""
    first = tab.get_attribute(picture, "data-frame")
    tab.wait_for_function(
        "([at, first]) => document.querySelector(at).dataset.frame !== first", arg=[picture, first]
    )
    return {first, tab.get_attribute(picture, "data-frame")}


def test_filters_change_the_count_and_one_another(galleries, tab_of):
    with tab_of(galleries["tabletop"]) as tab:
        assert counted(tab) == "120 interactions"
        before = counts(tab, "interaction")
        assert sum(before.values()) == 120
        tab.check('input[value="grasp"]', force=True)
        assert counted(tab) == f"{before['grasp']} of 120 interactions"
        assert counts(tab, "interaction") == before  # what choosing another one would add
        splits, held = counts(tab, "split"), counts(tab, "success")["held"]
        assert sum(splits.values()) == before["grasp"]
        tab.check('input[value="held"]', force=True)
        assert counted(tab) == f"{held} of 120 interactions"
        tab.check('input[value="missed"]', force=True)  # either of them
        assert counted(tab) == f"{before['grasp']} of 120 interactions"
        tab.uncheck('input[value="missed"]', force=True)
        cards = tab.query_selector_all(".clip .note")
        assert cards and all(card.inner_text() == "held" for card in cards)
        tab.reload()  # the address says what is chosen
        assert counted(tab) == f"{held} of 120 interactions"
        tab.click("#clear")
        assert counted(tab) == "120 interactions" and tab.url.endswith("#")


def test_pages_show_all_of_them_once(galleries, tab_of):
    with tab_of(galleries["tabletop"]) as tab:
        names = []
        for number in (1, 2, 3):
            tab.wait_for_function(
                "n => document.getElementById('page').value === n", arg=str(number)
            )
            names += [card.get_attribute("data-clip") for card in tab.query_selector_all(".clip")]
            if number < 3:
                tab.click("#next")
        assert tab.is_disabled("#next") and len(names) == len(set(names)) == 120


@pytest.mark.parametrize("world", WORLDS)
def test_a_clip_plays_on_its_card_and_in_its_details(world, galleries, tab_of):
    with tab_of(galleries[world]) as tab:
        tab.hover(".clip")
        assert len(frames_seen(tab, ".clip .picture")) > 1
        tab.click(".clip")
        tab.wait_for_selector("#numbers dd")
        if tab.inner_text("#run") == "Play":
            tab.click("#run")
        assert len(frames_seen(tab, "#large")) > 1
        tab.click("#run")
        tab.focus("#scrub")
        tab.keyboard.press("Home")
        tab.keyboard.press("ArrowRight")
        assert tab.get_attribute("#large", "data-frame") == "1"


def test_all_play_at_once_and_stop(galleries, tab_of):
    with tab_of(galleries["turntable"]) as tab:
        tab.click("#play")
        assert tab.get_attribute("#play", "aria-pressed") == "true"
        assert len(frames_seen(tab, "li:nth-child(2) .picture")) > 1
        tab.click("#play")
        assert not tab.query_selector(".playing")


def test_a_link_opens_its_clip_and_keys_go_on(galleries, tab_of):
    with tab_of(galleries["tabletop"], "#episode-2") as tab:
        assert tab.inner_text("#title").startswith("grasp: ")
        tab.wait_for_selector("#numbers dd")
        assert re.search("all [34] of episode 2", tab.inner_text("#labels"))
        tab.keyboard.press("ArrowRight")
        tab.wait_for_function("location.hash === '#episode-2-1'")
        tab.keyboard.press("Escape")
        tab.wait_for_function("location.hash === ''")
        tab.focus(".clip")
        tab.keyboard.press("Enter")
        tab.wait_for_function("location.hash === '#episode-0-0'")
        tab.wait_for_selector("#details", state="visible")
        tab.go_back()
        tab.wait_for_selector("#details", state="hidden")
    with tab_of(galleries["rooms"], "#episode-1") as tab:
        assert tab.inner_text("#title") == "office" and tab.wait_for_selector("#way .way")
    with tab_of(galleries["rooms"], "#episode-99&%&page=x") as tab:
        assert "no episode-99" in tab.inner_text("#missing")


def test_pokes_show_their_force(galleries, tab_of):
    with tab_of(galleries["tabletop"], "#interaction=poke") as tab:
        tab.wait_for_selector(".clip .spark .line-0")
        tab.click(".clip")
        plot = tab.wait_for_selector("#plots .plot")
        assert plot.inner_text().split()[:3] == ["force", "N", "over"]
        assert "largest force" in tab.inner_text("#numbers")
        assert tab.query_selector("#large circle, #strip button")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("world", WORLDS)
def test_nothing_is_wider_than_the_screen(world, width, galleries, tab_of):
    with tab_of(galleries[world], width=width) as tab:
        assert tab.evaluate(WIDTHS) == [width, width]
        tab.click(".clip")
        tab.wait_for_selector("#numbers dd")
        dialog = "(d => [d.scrollWidth - d.clientWidth, d.getBoundingClientRect().right])"
        wider, right = tab.evaluate(f"{dialog}(document.getElementById('details'))")
        assert wider <= 0 and right <= width
        unnamed = "[...document.querySelectorAll('button, input, select, [role=img]')].filter("
        unnamed += "e => e.checkVisibility() && !(e.ariaLabel || e.labels?.length || e.innerText))"
        assert tab.evaluate(f"{unnamed}.map(e => e.outerHTML)") == []


HOSTILE = ("<img src=x onerror=alert(1)>", "</script><script>alert(2)</script>", "\u202egnp.exe",
           "&quot;\"'", "a,b=c&d#e%41", "{{ 7 * 7 }}", "\\u0041\n\x1b[31m", "page")  # fmt: skip


def test_hostile_names_are_but_names(tab_of, tabletop_of, tmp_path):
    def renamed(row):
        name = HOSTILE[(row["episode"] + row["step"]) % len(HOSTILE)]
        named = dict.fromkeys(("kind", "instance", "material"), name)
        return row | {"object": row["object"] | named}

    dataset = Dataset.open(tabletop_of(tmp_path / "<b>data", 40, renamed))
    gallery = write_gallery(dataset, tmp_path / "a <b> 'gallery' #1 %41")
    objects = dataset.table(["object"])["object"].to_pylist()
    with tab_of(gallery) as tab:
        for name in HOSTILE:
            shown = name.replace("\u202e", "\\u202e").replace("\n", "\\n").replace("\x1b", "\\x1b")
            count = sum(each["kind"] == name for each in objects)
            menu = tab.locator('[data-label="category"] select')
            menu.select_option(label=f"{shown} ({count})")
            assert counted(tab) == f"{count} of 40 interactions"
            titles = [card.inner_text() for card in tab.query_selector_all(".clip b")]
            assert len(titles) == count and all(title.endswith(f": {shown}") for title in titles)
        tab.reload()
        assert counted(tab) == f"{count} of 40 interactions"
        tab.goto(tab.url.split("#")[0] + "#episode-0-0")
        tab.wait_for_selector("#numbers dd")
        assert tab.inner_text("#title").endswith(HOSTILE[0])
        assert not tab.query_selector_all("main img, main b b, dialog img, code b")
