"""Every address; an explicit list, so that nothing is found at run time."""

from django.urls import URLPattern, URLResolver, path

from twofront.server import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
]
