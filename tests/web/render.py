"""Write the pages with sample contexts into a folder, without database or server: `python tests/web/render.py OUT`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


def configure(locale: Path) -> None:
    """Set up Django with templates and catalogues only."""
    import django
    from django.conf import settings

    settings.configure(
        INSTALLED_APPS=["template_partials.apps.SimpleAppConfig", "twofront.web"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "string_if_invalid": "",
                    "loaders": [
                        (
                            "template_partials.loader.Loader",
                            ["django.template.loaders.app_directories.Loader"],
                        )
                    ],
                },
            }
        ],
        USE_TZ=True,
        TIME_ZONE="Asia/Shanghai",
        LANGUAGE_CODE="zh-hans",
        LANGUAGES=[("zh-hans", "中文"), ("en", "English")],
        LOCALE_PATHS=[str(locale)],
        STATIC_URL="/static/",
        SECRET_KEY="only for looking at pages",
    )
    django.setup()


def compile_catalogue(out: Path) -> Path:
    """Compile the English catalogue into `out`, so that the tree stays clean."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    target = out / "locale" / "en" / "LC_MESSAGES"
    target.mkdir(parents=True, exist_ok=True)
    source = ROOT / "twofront/web/locale/en/LC_MESSAGES/django.po"
    if source.exists():
        with source.open("rb") as po, (target / "django.mo").open("wb") as mo:
            write_mo(mo, read_po(po, locale="en"))
    return out / "locale"


def main(out: Path) -> None:
    """Render each page in both languages."""
    out.mkdir(parents=True, exist_ok=True)
    configure(compile_catalogue(out))
    from django.template.loader import render_to_string
    from django.utils import translation

    from tests.web.pages import PAGES
    from tests.web.samples import Words

    for language in ("zh-hans", "en"):
        words = Words(language)
        with translation.override(language):
            for name, make in PAGES.items():
                template, page = make(words)
                html = render_to_string(template, {"page": page, "csrf_token": "sample"})
                (out / f"{name}.{language[:2]}.html").write_text(html, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
