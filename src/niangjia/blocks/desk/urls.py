"""Addresses of the desk."""

from django.urls import path

from niangjia.blocks.desk import views

app_name = "desk"
urlpatterns = [
    path("desk", views.home.home, name="home"),
    path("desk/inbox/<str:kind>", views.home.inbox, name="inbox"),
    path("desk/organisations", views.organisations.organisations, name="organisations"),
    path("desk/organisations/tree", views.organisations.tree, name="organisations_tree"),
    path("desk/organisations/new", views.organisations.new, name="organisation_new"),
    path("desk/organisations/confirm", views.organisations.confirm, name="organisations_confirm"),
    path("desk/organisations/export", views.organisations.export, name="organisations_export"),
    path("desk/organisations/<slug:ref>", views.organisations.organisation, name="organisation"),
    path(
        "desk/organisations/<slug:ref>/merge",
        views.organisation_acts.merge,
        name="organisation_merge",
    ),
    path(
        "desk/organisations/<slug:ref>/<slug:name>",
        views.organisation_acts.act,
        name="organisation_act",
    ),
    path("desk/find", views.finding.find, name="find"),
    path("desk/views", views.saved.views, name="views"),
    path("desk/views/new", views.saved.save, name="view_save"),
    path("desk/views/<slug:ref>", views.saved.change, name="view_change"),
    path("desk/exports", views.exports.exports, name="exports"),
    path("desk/exports/<slug:ref>", views.exports.download, name="export"),
    path("desk/exports/<slug:ref>/drop", views.exports.drop, name="export_drop"),
    path("verify/<slug:code>", views.verifying.verify, name="verify"),
]
