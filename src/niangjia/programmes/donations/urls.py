"""Addresses of the donations programme."""

from django.urls import path

from niangjia.programmes.donations.feeds import BulletinFeed
from niangjia.programmes.donations.views import (
    board,
    bulletins,
    disclosing,
    filing,
    gifts,
    giving,
    mine,
    publishing,
    raisings,
    samples,
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
    path("donations/<slug:slug>/bulletins", bulletins.bulletins, name="bulletins"),
    path("donations/<slug:slug>/bulletins/<int:number>", bulletins.bulletin, name="bulletin"),
    path(
        "donations/<slug:slug>/bulletins/<int:number>.json",
        bulletins.bulletin_json,
        name="bulletin_json",
    ),
    path(
        "donations/<slug:slug>/bulletins/<int:number>.pdf",
        bulletins.bulletin_pdf,
        name="bulletin_pdf",
    ),
    path(
        "donations/<slug:slug>/bulletins/<int:number>/code.svg",
        bulletins.bulletin_code,
        name="bulletin_code",
    ),
    path(
        "donations/<slug:slug>/bulletins/<int:number>/receipt",
        bulletins.receipt,
        name="receipt",
    ),
    path(
        "desk/donations/<slug:slug>/bulletins/<int:number>/samples", samples.listed, name="samples"
    ),
    path(
        "desk/donations/<slug:slug>/bulletins/<int:number>/samples/<slug:ref>",
        samples.sample,
        name="sample",
    ),
    path(
        "desk/donations/<slug:slug>/bulletins/<int:number>/samples/<slug:ref>/check",
        samples.check,
        name="sample_check",
    ),
    path(
        "desk/donations/<slug:slug>/bulletins/<int:number>/samples/<slug:ref>/csv",
        samples.export,
        name="sample_export",
    ),
    path("donations/<slug:slug>/disclosure", disclosing.disclosure, name="disclosure"),
    path("donations/<slug:slug>/disclosure.ics", disclosing.calendar, name="disclosure_calendar"),
    path("donations/<slug:slug>/data.zip", disclosing.data, name="data"),
    path("donations/<slug:slug>/feed.xml", BulletinFeed(), name="feed"),
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
    path("desk/donations/bulletins", publishing.desk_bulletins, name="desk_bulletins"),
    path("desk/donations/bulletins/<slug:ref>", publishing.proposal, name="proposal"),
    path(
        "desk/donations/bulletins/<slug:ref>/decide",
        publishing.proposal_decide,
        name="proposal_decide",
    ),
    path(
        "desk/donations/raisings/<slug:slug>/bulletins/new",
        publishing.bulletin_new,
        name="bulletin_new",
    ),
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
