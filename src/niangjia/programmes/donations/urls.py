"""Addresses of the donations programme."""

from django.urls import path

from niangjia.programmes.donations.views import (
    bank,
    board,
    filing,
    gifts,
    giving,
    mine,
    raisings,
    rosters,
    spending,
)

app_name = "donations"
urlpatterns = [
    path("donations", giving.raisings, name="raisings_public"),
    path("donations/mine", mine.my_list, name="mine"),
    path("donations/mine/find", mine.find, name="find"),
    path("donations/mine/leave", mine.leave, name="leave"),
    path("donations/mine/<int:year>", mine.statement, name="statement"),
    path("donations/mine/gifts/<slug:ref>", mine.one, name="my_gift"),
    path("donations/mine/gifts/<slug:ref>/certificate", mine.certificate, name="certificate_issue"),
    path("donations/receipts/<slug:number>", mine.by_link, name="by_link"),
    path("donations/certificates/<slug:ref>", mine.certificate_page, name="certificate"),
    path("donations/certificates/<slug:ref>/pdf", mine.certificate_pdf, name="certificate_pdf"),
    path("donations/<slug:slug>", board.board, name="board"),
    path("donations/<slug:slug>/give", giving.give, name="give"),
    path("donations/paying/<slug:ref>", giving.paying, name="paying"),
    path("donations/test-pay/<slug:ref>", giving.test_pay, name="test_pay"),
    path("donations/notices/<slug:provider>", giving.notice, name="notice"),
    path("desk/donations", gifts.gifts, name="gifts"),
    path("desk/donations/raisings", raisings.raisings, name="raisings"),
    path("desk/donations/raisings/new", raisings.raising_new, name="raising_new"),
    path("desk/donations/raisings/<slug:slug>", raisings.raising, name="raising"),
    path("desk/donations/raisings/<slug:slug>/edit", raisings.raising_edit, name="raising_edit"),
    path("desk/donations/raisings/<slug:slug>/act", raisings.raising_act, name="raising_act"),
    path("desk/donations/raisings/<slug:slug>/gifts/new", gifts.gift_new, name="gift_new"),
    path("desk/donations/bank", bank.bank, name="bank"),
    path("desk/donations/bank/lines", bank.lines, name="bank_lines"),
    path("desk/donations/bank/lines/<slug:ref>", bank.line, name="bank_line"),
    path("desk/donations/bank/reconcile", bank.reconcile, name="bank_reconcile"),
    path("desk/donations/bank/statements/<slug:ref>", bank.statement, name="statement_file"),
    path("desk/donations/raisings/<slug:slug>/account", bank.account, name="bank_account"),
    path("desk/donations/rosters", rosters.rosters, name="rosters"),
    path("desk/donations/rosters/template", rosters.template, name="roster_template"),
    path("desk/donations/rosters/<slug:ref>", rosters.roster, name="roster"),
    path("desk/donations/rosters/<slug:ref>/act", rosters.roster_act, name="roster_act"),
    path("desk/donations/unit", rosters.unit, name="unit_gifts"),
    path("desk/donations/unit/<slug:ref>/roster", rosters.unit_roster, name="unit_roster"),
    path("desk/donations/spending", spending.spending, name="spending"),
    path(
        "desk/donations/raisings/<slug:slug>/spending/new",
        spending.spending_new,
        name="spending_new",
    ),
    path("desk/donations/spending/<slug:ref>", spending.application, name="application"),
    path(
        "desk/donations/spending/<slug:ref>/decide",
        spending.application_decide,
        name="application_decide",
    ),
    path(
        "desk/donations/spending/<slug:ref>/pay", spending.application_pay, name="application_pay"
    ),
    path(
        "desk/donations/spending/<slug:ref>/sign",
        spending.application_sign,
        name="application_sign",
    ),
    path("desk/donations/gifts/<slug:ref>", gifts.gift, name="gift"),
    path("desk/donations/gifts/<slug:ref>/papers", filing.papers, name="gift_papers"),
    path("desk/donations/gifts/<slug:ref>/decide", gifts.gift_decide, name="gift_decide"),
    path("desk/donations/gifts/<slug:ref>/donor", gifts.gift_donor, name="gift_donor"),
]
