"""A page dataclass becomes an answer: whole, or one named part of it for a page that updates itself.

An answer carries the hash of its body as its tag; who asks again with that tag gets 304 and nothing else, so an open
board that has not changed costs a few bytes and is not drawn anew.
"""

import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control, patch_vary_headers

from twofront.web.parts import Page


def page(request: HttpRequest, shown: Page, *, status: int = 200) -> HttpResponse:
    """Return the whole page; never kept by caches, for it holds what this account may see."""
    body = render_to_string(shown.template, {"page": shown}, request)
    answer = HttpResponse(body, status=status)
    patch_cache_control(answer, no_store=True, private=True)
    return answer


def part(request: HttpRequest, shown: Page, name: str) -> HttpResponse:
    """Return one named part of the page's template, or 304 if the asker shows it already.

    The secret of the forms differs in every answer, so a part that is to be compared holds no form.
    """
    body = render_to_string(f"{shown.template}#{name}", {"page": shown}, request).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    same = request.headers.get("If-None-Match", "").removeprefix("W/") == tag
    answer = HttpResponseNotModified() if same else HttpResponse(body)
    answer["ETag"] = tag
    patch_vary_headers(answer, ("Cookie", "Accept-Language"))
    patch_cache_control(answer, no_cache=True, private=True)
    return answer
