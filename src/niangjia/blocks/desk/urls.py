"""Addresses of the desk."""

from django.urls import path

from niangjia.blocks.desk import views

app_name = "desk"
urlpatterns = [
    path("desk", views.home.home, name="home"),
    path("desk/inbox/<str:kind>", views.home.inbox, name="inbox"),
    path("desk/find", views.finding.find, name="find"),
    path("desk/views", views.saved.views, name="views"),
    path("desk/views/new", views.saved.save, name="view_save"),
    path("desk/views/<slug:ref>", views.saved.change, name="view_change"),
    path("desk/exports", views.exports.exports, name="exports"),
    path("desk/exports/<slug:ref>", views.exports.download, name="export"),
    path("desk/exports/<slug:ref>/drop", views.exports.drop, name="export_drop"),
    path("verify/<slug:code>", views.verifying.verify, name="verify"),
]
