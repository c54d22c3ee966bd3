"""Addresses of the assistance ledger."""

from django.urls import path

from niangjia.programmes.assistance_ledger import views

app_name = "assistance_ledger"
urlpatterns = [
    path("board/<slug:period>", views.board.board, name="board"),
    path("desk/records", views.records.records, name="records"),
    path("desk/records/chosen", views.chosen.chosen, name="chosen"),
    path("desk/records/print", views.printing.sheet, name="print"),
    path("desk/records/reverse", views.chosen.reverse_many, name="reverse_many"),
    path("desk/records/<slug:ref>", views.records.record, name="record"),
    path("desk/records/<slug:ref>/correct", views.records.correct, name="correct"),
    path("desk/releases", views.releases.releases, name="releases"),
    path("desk/releases/new", views.releases.release, name="release"),
]
