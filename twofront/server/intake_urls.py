"""Addresses of loading files."""

from django.urls import path

from twofront.server import intake_pages as pages

app_name = "intake"
urlpatterns = [
    path("load", pages.upload, name="upload"),
    path("load/<uuid:uid>", pages.progress, name="progress"),
    path("load/template/<str:kind>", pages.template, name="template"),
    path("imports", pages.imports, name="imports"),
    path("imports/<uuid:uid>", pages.one_import, name="import"),
    path("imports/<uuid:uid>/rejected", pages.rejected, name="rejected"),
    path("imports/<uuid:uid>/marked", pages.marked, name="marked"),
]
