"""Addresses of the desk."""

from django.urls import path

from niangjia.blocks.desk import views

app_name = "desk"
urlpatterns = [
    path("desk", views.home.home, name="home"),
    path("desk/inbox/<str:kind>", views.home.inbox, name="inbox"),
    path("desk/find", views.finding.find, name="find"),
]
