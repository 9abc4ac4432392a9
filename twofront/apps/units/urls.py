"""Addresses of signing in and of accounts."""

from django.urls import path

from twofront.apps.units import views

app_name = "units"
urlpatterns = [
    path("login", views.login, name="login"),
    path("logout", views.logout, name="logout"),
    path("password", views.password, name="password"),
    path("accounts", views.accounts, name="accounts"),
    path("accounts/<str:login>", views.account, name="account"),
    path("accounts/<str:login>/password", views.new_password, name="new_password"),
    path("accounts/<str:login>/token", views.new_token, name="new_token"),
    path("accounts/<str:login>/close", views.close, name="close"),
    path("accounts/<str:login>/open", views.reopen, name="open"),
]
