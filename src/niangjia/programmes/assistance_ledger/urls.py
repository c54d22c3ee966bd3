"""Addresses of the assistance ledger."""

from django.urls import path

from niangjia.programmes.assistance_ledger import views

app_name = "assistance_ledger"
urlpatterns = [
    path("board/<slug:period>", views.board, name="board"),
    path("desk/records", views.records, name="records"),
    path("desk/records/<slug:ref>", views.record, name="record"),
    path("desk/records/<slug:ref>/correct", views.correct, name="correct"),
    path("desk/releases", views.releases, name="releases"),
    path("desk/releases/new", views.release, name="release"),
]
