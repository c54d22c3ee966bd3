"""Addresses of the assistance ledger."""

from django.urls import path

from niangjia.programmes.assistance_ledger import views

app_name = "assistance_ledger"
urlpatterns = [
    path("board/<slug:period>", views.board.board, name="board"),
    path("desk/records", views.records.records, name="records"),
    path("desk/records/<slug:ref>", views.records.record, name="record"),
    path("desk/records/<slug:ref>/correct", views.records.correct, name="correct"),
    path("desk/imports", views.imports.imports, name="imports"),
    path("desk/imports/new", views.imports.import_new, name="import_new"),
    path("desk/imports/template.xlsx", views.imports.template, name="import_template"),
    path("desk/imports/<slug:ref>", views.imports.one, name="import"),
    path("desk/imports/<slug:ref>/columns", views.import_steps.columns, name="import_columns"),
    path("desk/imports/<slug:ref>/mend", views.import_steps.mend, name="import_mend"),
    path("desk/imports/<slug:ref>/rows", views.import_steps.rows, name="import_rows"),
    path("desk/imports/<slug:ref>/row", views.import_steps.row, name="import_row"),
    path("desk/imports/<slug:ref>/give-up", views.import_steps.give_up, name="import_give_up"),
    path("desk/imports/<slug:ref>/restart", views.import_steps.restart, name="import_restart"),
    path("desk/imports/<slug:ref>/take", views.import_steps.take, name="import_take"),
    path("desk/imports/<slug:ref>/done", views.import_steps.done, name="import_done"),
    path("desk/imports/<slug:ref>/report.xlsx", views.imports.report, name="import_report"),
    path("desk/releases", views.releases.releases, name="releases"),
    path("desk/releases/new", views.releases.release, name="release"),
]
