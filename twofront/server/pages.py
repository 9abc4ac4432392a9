"""Pages of the product itself: the design system, alive, and what is said where an address leads nowhere."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render as render_template
from django.utils.translation import gettext as _

from twofront.ground import clock
from twofront.ground.pages import Request, render
from twofront.web.living import living
from twofront.web.pages.errors import ErrorPage


def design(request: Request) -> HttpResponse:
    """What is every page built of?"""
    return render(request, living(request.make_head(), clock.now()))


def not_found(request: HttpRequest, exception: Http404) -> HttpResponse:
    """Where does this address lead? Nowhere: the way back is shown."""
    del exception
    asked: Request = request  # type: ignore[assignment]
    if request.path.startswith("/api/"):
        return HttpResponse('{"code": "not_found"}', status=404, content_type="application/json")
    if not hasattr(request, "make_head") or not asked.actor.login:
        return render_template(request, "404.html", status=404)
    page = ErrorPage(
        head=asked.make_head(), title=_("没有这个页面"), text=_("网址可能写错了，或者它不在你的范围内。"), href="/",
        href_title=_("回到看板"), code="not_found",
    )  # fmt: skip
    return render(asked, page, status=404)
