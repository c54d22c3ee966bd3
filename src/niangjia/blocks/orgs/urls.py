"""Addresses of orgs."""

from django.urls import path

from niangjia.blocks.orgs import views

app_name = "orgs"
urlpatterns = [
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("me", views.me, name="me"),
    path("me/hat", views.hat, name="hat"),
]
