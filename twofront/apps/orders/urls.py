"""Addresses of the rules."""

from django.urls import path

from twofront.apps.orders import drafting, views

app_name = "orders"
urlpatterns = [
    path("orders/rules", views.rules, name="rules"),
    path("orders/rules/<str:decision>", views.rule, name="rule"),
    path("orders/rules/<str:decision>/edit", drafting.begin, name="begin"),
    path("orders/drafts", drafting.drafts, name="drafts"),
    path("orders/drafts/check", drafting.check, name="check"),
    path("orders/drafts/<uuid:draft>", drafting.draft, name="draft"),
    path("orders/drafts/<uuid:draft>/discard", drafting.discard, name="discard"),
    path("orders/drafts/<uuid:draft>/restore", drafting.restore, name="restore"),
    path("come", views.come, name="come"),
]
