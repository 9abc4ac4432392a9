"""Changing the language of the pages; kept in a cookie, on this server only."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from twofront.ground.pages import back


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Which language do I read?"""
    wanted = request.POST.get("language", "")
    came_from = request.POST.get("next") or request.headers.get("Referer", "/")
    if not url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()}):
        came_from = "/"
    response = back(came_from)
    if wanted in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, wanted, max_age=365 * 24 * 3600, samesite="Lax", httponly=True
        )
    return response
