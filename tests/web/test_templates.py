"""What holds for every template: only known fields, only components, no inline style or script, every word in English."""

import dataclasses
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

from tests.web.words import by_file

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "twofront/web/templates"
CATALOGUE = ROOT / "twofront/web/locale/en/LC_MESSAGES/django.po"
ALL = sorted(TEMPLATES.rglob("*.html"))
CHINESE = re.compile(r"[\u3400-\u9fff]+")


def page_classes() -> list[type]:
    """Every page dataclass of the design system and the board."""
    import twofront.web.pages as package
    from twofront.web.parts import Page

    names = [f"{package.__name__}.{m.name}" for m in pkgutil.iter_modules(package.__path__)]
    modules = [
        importlib.import_module(n) for n in [*names, "twofront.apps.centre.page", "twofront.web.living"]
    ]
    found = {
        c
        for m in modules
        for c in vars(m).values()
        if isinstance(c, type) and issubclass(c, Page) and c is not Page
    }
    return sorted(found, key=lambda c: c.__name__)


@pytest.mark.parametrize("cls", page_classes(), ids=lambda c: c.__name__)
def test_a_template_uses_exactly_the_fields_of_its_page(cls: type) -> None:
    """No field is filled for nothing, and no template asks for what its page does not have."""
    text = (TEMPLATES / cls.template).read_text("utf-8")

    used = set(re.findall(r"\bpage\.(\w+)", text)) - {"head"}

    assert used == {f.name for f in dataclasses.fields(cls)} - {"head"}


@pytest.mark.parametrize("cls", page_classes(), ids=lambda c: c.__name__)
def test_every_field_of_a_page_says_what_it_is(cls: type) -> None:
    """A page's fields are documented where they are declared."""
    bare = [f.name for f in dataclasses.fields(cls) if "Annotated" not in str(f.type)]

    assert bare == []


@pytest.mark.parametrize("path", ALL, ids=lambda p: str(p.relative_to(TEMPLATES)))
def test_no_template_has_inline_style_script_or_handler(path: Path) -> None:
    """The page's policy forbids them, so a browser would drop them."""
    text = path.read_text("utf-8")

    assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("path", ALL, ids=lambda p: str(p.relative_to(TEMPLATES)))
def test_a_template_is_short(path: Path) -> None:
    """A template longer than 120 lines is two."""
    assert len(path.read_text("utf-8").splitlines()) <= 120


def test_colours_stand_in_the_tokens_only() -> None:
    """Whoever changes a colour changes one line; on paper there is black and white."""
    styles = (ROOT / "twofront/web/assets/styles").glob("*.css")
    scripts = (ROOT / "twofront/web/assets").glob("*.ts")

    stray = [
        f"{path.name}: {line.strip()}"
        for path in [*styles, *scripts]
        if path.name != "tokens.css"
        for line in path.read_text("utf-8").splitlines()
        if re.search(r"#[0-9a-f]{3,8}\b|rgb\(", line)
    ]

    assert stray == []


def test_every_component_is_shown_on_the_living_page() -> None:
    """What a page may use stands on the living page, directly or inside another component."""
    shown, open_ = set(), ["web/living.html", "base.html"]
    while open_:
        name = open_.pop()
        shown.add(name)
        inner = re.findall(r'{% include "([\w/.]+)"', (TEMPLATES / name).read_text("utf-8"))
        open_ += [i for i in inner if i not in shown]

    hidden = {f"components/{p.name}" for p in (TEMPLATES / "components").glob("*.html")} - shown

    assert hidden == set()


def catalogue() -> dict[str, str]:
    """Sentence to English."""
    from babel.messages.pofile import read_po

    with CATALOGUE.open("rb") as po:
        messages = read_po(po, locale="en")
    assert not [m.id for m in messages if m.fuzzy and m.id]
    return {
        m.id if isinstance(m.id, str) else m.id[0]: m.string if isinstance(m.string, str) else m.string[0]
        for m in messages
        if m.id
    }


def test_every_sentence_has_its_english() -> None:
    """Chinese is written first; nothing is shown untranslated to who reads English."""
    english = catalogue()

    missing = {
        (name, words) for name, found in by_file(ROOT).items() for words in found if not english.get(words)
    }

    assert missing == set()


def test_an_english_sentence_takes_the_same_values() -> None:
    """A translation that drops a value, or asks for another, is wrong."""
    wrong = {
        zh: en
        for zh, en in catalogue().items()
        if set(re.findall(r"%\(\w+\)s", zh)) != set(re.findall(r"%\(\w+\)s", en))
    }

    assert wrong == {}


def test_a_sentence_stands_once_in_the_catalogue() -> None:
    """Two entries of one sentence would leave it to chance which is shown."""
    ids = re.findall(r'^msgid "(.+)"$', CATALOGUE.read_text("utf-8"), flags=re.MULTILINE)

    assert sorted(ids) == sorted(set(ids))


def test_english_pages_hold_no_chinese_but_the_mark_and_the_language_itself(rendered: Path) -> None:
    """Data comes localised in the samples, so any Chinese left is a forgotten word of a template."""
    allowed = {"演练数据", "中文"}

    left = {
        (p.name, w)
        for p in rendered.glob("*.en.html")
        for w in CHINESE.findall(p.read_text("utf-8"))
        if w not in allowed
    }

    assert left == set()


def test_unknown_is_said_and_never_shown_as_zero(rendered: Path) -> None:
    """A source that is silent reads unknown; a county without data shows no figure at all."""
    board = (rendered / "board.zh.html").read_text("utf-8")
    empty = (rendered / "board-empty.zh.html").read_text("utf-8")

    silent = board.split('id="chart-above_limit_services"')[1].split("</article>")[0].split("用电")[1]
    assert silent.split("</dd>")[0].count("未知") == 1
    assert "data-card" not in empty


def test_the_exercise_is_marked_on_every_page_that_knows_of_it(rendered: Path) -> None:
    """Nobody can mistake an exercise for the county's own figures, on screen or on paper."""
    pages = [p for p in rendered.glob("*.html") if not re.match(r"e\d", p.name)]

    assert pages
    assert [p.name for p in pages if p.read_text("utf-8").count("演练数据 EXERCISE") != 2] == []
