"""Addresses of the desk."""

from django.urls import path

from niangjia.blocks.desk import views

app_name = "desk"
urlpatterns = [
    path("desk/find", views.finding.find, name="find"),
]
