"""The door for programs: every router, in one explicit list."""

from ninja import NinjaAPI

from twofront import __version__
from twofront.apps.centre.api import router as centre

api = NinjaAPI(title="Twofront", version=__version__, docs_url=None, urls_namespace="api")
api.add_router("", centre)
