"""Addresses of the centre."""

from django.urls import path

from twofront.apps.centre import publication, views

app_name = "centre"
urlpatterns = [
    path("", views.board, name="board"),
    path("rows", views.rows, name="rows"),
    path("late", views.late, name="late"),
    path("changed", views.changed, name="changed"),
    path("charts/<slug:key>", views.chart, name="chart"),
    path("publication", publication.publication, name="publication"),
]
