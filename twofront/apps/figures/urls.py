"""Addresses of figures."""

from django.urls import path

from twofront.apps.figures import views

app_name = "figures"
urlpatterns = [
    path("closings", views.closings, name="closings"),
    path("closings/<slug:goal>/close", views.close, name="close"),
    path("closings/<slug:goal>/reopen", views.reopen, name="reopen"),
    path("sheets", views.sheets, name="sheets"),
    path("disagreements/<slug:key>", views.disagreements, name="disagreements"),
]
