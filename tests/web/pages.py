"""Every page with every state that is looked at: name to (template, context)."""

from collections.abc import Callable

from tests.web import samples
from tests.web import samples_pages as more
from tests.web.samples import Words, at
from twofront.web.living import living
from twofront.web.parts import Page

Make = Callable[[Words], tuple[str, Page | None]]


def of(make: Callable[[Words], Page]) -> Make:
    """Return a maker that also names the page's own template."""

    def both(words: Words) -> tuple[str, Page]:
        page = make(words)
        return page.template, page

    return both


def bare(template: str) -> Make:
    """Return a maker of a page without context, as Django's own error handlers render it."""
    return lambda _: (template, None)


PAGES: dict[str, Make] = {
    "board": of(samples.board),
    "board-empty": of(samples.empty_board),
    "rows": of(samples.rows),
    "rows-none": of(lambda w: samples.rows(w, 0)),
    "login": of(more.login),
    "login-wrong": of(
        lambda w: more.login(
            w, w("账号或密码不对：请再试，还有 4 次", "Login or password is wrong: try again, 4 tries left")
        )
    ),
    "password": of(more.password),
    "accounts": of(more.accounts),
    "account": of(more.account),
    "upload": of(more.upload),
    "upload-wrong": of(
        lambda w: more.upload(
            w, w("文件打不开：请另存为 xlsx 再传", "The file cannot be opened: save it as xlsx")
        )
    ),
    "progress": of(more.progress),
    "progress-done": of(lambda w: more.progress(w, done=True)),
    "imports": of(more.imports),
    "import": of(more.one_import),
    "survey": of(more.survey),
    "firms": of(more.firms),
    "report": of(more.report),
    "projects": of(more.projects),
    "closings": of(more.closings),
    "publication": of(more.publication),
    "sheets": of(more.sheets),
    "chart": of(more.chart),
    "disagreements": of(more.disagreements),
    "late": of(more.late),
    "error": of(more.error),
    "living": of(lambda w: living(samples.head(w), at(18, 19, 30))),
    **{f"e{code}": bare(f"{code}.html") for code in ("400", "403", "403_csrf", "404", "500", "503")},
}
