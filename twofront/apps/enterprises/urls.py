"""Addresses of firms and projects."""

from django.urls import path

from twofront.apps.enterprises import views

app_name = "enterprises"
urlpatterns = [
    path("firms", views.firms, name="firms"),
    path("firms/<str:credit_code>/report", views.report, name="report"),
    path("firms/<str:credit_code>/report/undo", views.undo, name="undo"),
    path("projects", views.projects, name="projects"),
]
