"""Addresses of campaigns."""

from django.urls import path

from twofront.apps.campaigns import views

app_name = "campaigns"
urlpatterns = [
    path("survey", views.survey, name="survey"),
]
