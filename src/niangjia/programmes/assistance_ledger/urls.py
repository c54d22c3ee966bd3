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
    path("desk/records/new", views.entry.enter, name="enter"),
    path("desk/records/new/draft", views.entry.draft, name="enter_draft"),
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
    path("desk/releases/new", views.releases.propose, name="propose"),
    path("desk/releases/<slug:ref>", views.releases.proposal, name="proposal"),
    path("desk/releases/<slug:ref>/decide", views.releases.decide, name="release_decide"),
    path("desk/reports", views.reports.reports, name="reports"),
    path("desk/reports/<slug:ref>", views.reports.report, name="report"),
    path("desk/reports/<slug:ref>/decide", views.reports.decide, name="report_decide"),
    path("desk/reports/<slug:ref>/print", views.reports.paper, name="report_print"),
    path("desk/brief", views.brief.brief, name="brief"),
    path("desk/brief/target", views.brief.target, name="target"),
    path("desk/brief.pdf", views.brief.pdf, name="brief_pdf"),
    path("desk/brief.docx", views.brief.docx, name="brief_docx"),
    path("desk/collect", views.collecting.collect, name="collect"),
    path("desk/collect/act", views.collecting.act, name="collect_act"),
    path("desk/periods", views.collecting.periods, name="periods"),
    path("desk/periods/act", views.collecting.period_act, name="period_act"),
]
