"""Parts of a page: what they escape, how they sort, what the policy allows."""

from django.http import HttpResponse
from django.test import RequestFactory

from niangjia.ui.csp import CspMiddleware, nonce_of
from niangjia.ui.parts import Column, Table, sorted_columns
from niangjia.ui.preferences import prefer
from niangjia.ui.templatetags.ui import icon

COLUMNS = (Column("Name", '<a href="/x/{0}">{1}</a>', lead=True), Column("Sum", "{2}", True))


def test_a_table_escapes_every_value_and_keeps_its_own_markup() -> None:
    table = Table("t", COLUMNS, [("7", "<b>&", "1.00")])
    assert table.body == (
        '<tr><td class="lead" data-label="Name"><a href="/x/7">&lt;b&gt;&amp;</a></td>'
        '<td class="num" data-label="Sum">1.00</td></tr>'
    )


def test_heads_are_html_and_say_how_they_are_sorted() -> None:
    columns = sorted_columns(COLUMNS, ("", "sum"), "-sum", lambda key: f"?sort={key}")
    assert Table("t", columns, []).head == (
        '<th scope="col">Name</th><th scope="col" class="num" aria-sort="descending">'
        '<a href="?sort=sum">Sum<span aria-hidden="true"> ↓</span></a></th>'
    )


def test_braces_in_a_title_stay() -> None:
    table = Table("t", (Column("a{b}", "{0}"),), [("1",)])
    assert table.body == '<tr><td data-label="a{b}">1</td></tr>'


def test_the_policy_names_a_nonce_only_where_one_was_used() -> None:
    def page(request):
        return HttpResponse(nonce_of(request) if request.path == "/used" else "")

    plain = CspMiddleware(page)(RequestFactory().get("/"))
    used = CspMiddleware(page)(RequestFactory().get("/used"))
    assert "nonce-" not in plain["Content-Security-Policy"]
    assert f"'nonce-{used.content.decode()}'" in used["Content-Security-Policy"]
    assert "unsafe" not in plain["Content-Security-Policy"]


def test_a_preference_leads_back_to_this_site_only() -> None:
    asked = RequestFactory().post(
        "/preferences", {"size": "large"}, headers={"Referer": "https://elsewhere.example/x"}
    )
    answer = prefer(asked)
    assert answer["Location"] == "/"
    assert answer.cookies["size"].value == "large"


def test_an_icon_is_hidden_from_readers() -> None:
    assert 'aria-hidden="true"' in icon("home")
