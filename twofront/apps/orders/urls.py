"""Addresses of the rules."""

from django.urls import path

from twofront.apps.orders import views

app_name = "orders"
urlpatterns = [
    path("orders/rules", views.rules, name="rules"),
    path("orders/rules/<str:decision>", views.rule, name="rule"),
    path("come", views.come, name="come"),
]
