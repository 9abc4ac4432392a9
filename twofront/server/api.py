"""The door for programs: every router, in one explicit list."""

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from twofront import __version__
from twofront.apps.centre.api import router as centre

api = NinjaAPI(title="Twofront", version=__version__, docs_url=None, urls_namespace="api")
api.add_router("", centre)


@api.exception_handler(ValidationError)
def unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer an argument that is missing or cannot be read as every bad request is answered."""
    named = sorted({str(e["loc"][-1]) for e in error.errors})
    body = {
        "code": "bad_value",
        "reason": f"missing, or not to be read: {', '.join(named)}; docs/reference/api.md says what may stand there",
    }
    return api.create_response(request, body, status=400)
