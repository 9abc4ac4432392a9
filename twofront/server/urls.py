"""Every address; an explicit list, so that nothing is found at run time."""

from django.urls import URLPattern, URLResolver, include, path

from twofront.apps.enterprises import views as enterprises
from twofront.apps.figures import showing as figures
from twofront.server import exercise_pages, health, language, pages
from twofront.server.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
    path("api/v1/", api.urls),
    path("language", language.change, name="language"),
    path("exercise/", include(("twofront.server.exercise_pages", "exercise"))),
    path("enter", exercise_pages.enter, name="enter"),
    path("design", pages.design, name="design"),
    path("", include("twofront.apps.units.urls")),
    path("", include("twofront.apps.orders.urls")),
    path("", include("twofront.apps.campaigns.urls")),
    path("firms/<str:credit_code>/report", enterprises.report, {"measured": figures.measured}),
    path("", include("twofront.apps.enterprises.urls")),
    path("", include("twofront.apps.figures.urls")),
    path("", include("twofront.server.intake_urls")),
    path("", include("twofront.apps.centre.urls")),
]
handler404 = pages.not_found
