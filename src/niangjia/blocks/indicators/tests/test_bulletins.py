"""Bulletins: exact, numbered without a gap, standing for ever; what came later is explained."""

import datetime as dt
import json
from argparse import Namespace
from hashlib import sha256

import pytest
from django.db import DatabaseError, connection, transaction

from niangjia.blocks.indicators import registry
from niangjia.blocks.indicators.cli import run_recount
from niangjia.blocks.indicators.models import Bulletin, BulletinSeries, BulletinTile
from niangjia.blocks.indicators.public import (
    Change,
    Contribution,
    Gathered,
    bulletin_as_of,
    bulletin_document,
    bulletin_draft,
    bulletin_get,
    bulletin_path,
    bulletin_printed,
    bulletin_sample,
    bulletins,
    draft_publish,
    figures_as_of,
)
from niangjia.blocks.indicators.tests.gifts import (
    HOUR,
    SCOPE,
    THREE,
    adjustment,
    gift,
    publish,
    record,
    working,
)
from niangjia.blocks.ledger.public import entry_body, log_size, served_size, signed_root
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.lib.sampling import positions
from niangjia.lib.sumtree import BadSum, check_path

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
WAN = 1_000_000  # fen


def refused(error, code, act):
    """`act` raises it, and nothing has changed."""
    before = (Bulletin.objects.count(), BulletinTile.objects.count(), log_size())
    series = list(BulletinSeries.objects.values_list("n", flat=True))
    with pytest.raises(error) as caught, transaction.atomic():
        act()
    assert caught.value.code == code
    assert (Bulletin.objects.count(), BulletinTile.objects.count(), log_size()) == before
    assert list(BulletinSeries.objects.values_list("n", flat=True)) == series


def test_a_bulletin_holds_what_was_received_by_its_hour_to_the_fen_and_prints_it_cut():
    record(
        gift(1936 * WAN + 543_210),
        gift(837 * WAN + 600_000, line=2),
        gift(1302 * WAN + 1, line=3),
        gift(999, at=THREE + HOUR),  # received at 15:00:01: its hour is 16:00
        gift(5 * WAN, scope="other"),
    )
    one = publish()
    assert (one.number, one.root.n) == (1, 3)
    assert one.root.sums == (1936 * WAN + 543_210, 837 * WAN + 600_000, 1302 * WAN + 1)
    assert one.counts == {"people": 1, "units": 1}
    lines, sums = bulletin_printed(one)
    assert [(line.id, line.wan, line.count) for line in lines] == [
        ("1", 1936, 1),
        ("2", 837, 1),
        ("3", 1302, None),
    ]
    assert [(one.id, one.wan, one.note) for one in sums] == [
        ("cash", 2774, True),
        ("total", 4076, True),
    ]


def test_a_leaf_is_net_of_what_adjusts_it_and_stays_where_nothing_is_left():
    first, second, late = record(gift(1000), gift(500), gift(70, at=THREE + HOUR))
    record(
        adjustment(first, -400),
        adjustment(second, -500),
        adjustment(first, -9, at=THREE + HOUR),  # after the cut-off
        adjustment(late, 5),  # of a gift that is not in
        adjustment("f" * 32, 1),
    )
    one = publish()
    assert (one.root.n, one.root.sums) == (2, (600, 0, 0))
    assert [bulletin_path(one.ref, index)[0].fen for index in (0, 1)] == [600, 0]


def test_more_taken_back_than_was_given_is_published_by_nobody():
    (first,) = record(gift(1000))
    record(adjustment(first, -1001))
    refused(Conflict, "bulletin_sum", publish)


def test_the_fact_commits_to_everything_that_outsiders_recount_by():
    refs = record(gift(100), gift(200, line=2))
    one = publish(explanation="首期公报")
    two = publish(THREE + HOUR)
    seen = entry_body(2)
    signed = signed_root(2)
    assert seen["id"] == one.fact_ref and seen["fact"] == "bulletin.published/1"
    zero = {"n": 0, "sums": [0, 0, 0]}
    assert seen["open"] == {
        "indicator": "test-gifts",
        "scope": SCOPE,
        "number": 1,
        "as_of": "2020-03-16T07:00Z",
        "log_origin": signed.origin,
        "log_first": 0,
        "log_size": 2,
        "log_root": signed.root.hex(),
        "policy": "test-counting-2020",
        "rule": {"adds": ["test.received/1"], "changes": ["test.adjusted/1"], "match": "raising"},
        "lines": [1, 2, 3],
        "n": 2,
        "sums": [100, 200, 0],
        "tree_root": one.root.hash.hex(),
        "counts": {"people": 1, "units": 1},
        "late": zero,
        "adjusted": zero,
        "document_sha256": one.document_sha256,
    }
    after = entry_body(3)["open"]
    assert (after["number"], after["previous"], after["since"]) == (2, one.fact_ref, one.fact_ref)
    assert (two.previous, len(refs)) == (one.ref, 2)


def test_the_document_is_what_the_fact_says_with_exact_and_printed_figures():
    record(gift(1936 * WAN + 543_210), gift(837 * WAN + 600_000, line=2))
    one = publish(explanation="首期公报")
    data = bulletin_document(one.ref)
    assert sha256(data).hexdigest() == one.document_sha256
    said = json.loads(data)
    assert [(line["fen"], line["wan"]) for line in said["lines"]] == [
        (1_936_543_210, 1936),
        (837_600_000, 837),
        (0, 0),
    ]
    assert [(one["id"], one["fen"], one["wan"]) for one in said["sums"]] == [
        ("cash", 2_774_143_210, 2774),
        ("total", 2_774_143_210, 2774),
    ]
    assert "尾数说明" in said["rounding_note"]["zh"]
    assert (said["fact"], said["explanation"], said["as_of"]) == (
        one.fact_ref,
        "首期公报",
        "2020-03-16T07:00Z",
    )
    assert said["tree"] == {"n": 2, "root": one.root.hash.hex()}


def test_the_database_refuses_to_change_remove_or_replace_a_bulletin():
    record(gift(100))
    one = publish()
    for statement in (
        "UPDATE indicators_bulletin SET n = 2",
        "DELETE FROM indicators_bulletin",
        "UPDATE indicators_bulletintile SET level = 1",
        "DELETE FROM indicators_bulletintile",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert bulletin_get(one.ref) == one


def test_the_cut_off_is_a_whole_hour_that_has_passed():
    record(gift(100))
    half = THREE + dt.timedelta(minutes=30)
    refused(Invalid, "as_of_not_hour", lambda: publish(half))
    refused(Invalid, "as_of_future", lambda: publish(dt.datetime(2999, 1, 1, tzinfo=dt.UTC)))
    refused(NotFound, "no_indicator", lambda: publish(THREE, indicator="test-other"))
    refused(NotFound, "no_indicator", lambda: publish(dt.datetime(2019, 12, 31, 15, tzinfo=dt.UTC)))


def test_a_cut_off_goes_on_from_the_last_one():
    record(gift(100))
    publish()
    refused(Conflict, "as_of_before", lambda: publish(THREE - HOUR))
    refused(Conflict, "as_of_taken", publish)


def test_the_log_size_is_one_that_the_log_signed_and_never_less_than_before():
    record(gift(100), gift(200))
    record(gift(300))
    refused(Invalid, "log_size_unsigned", lambda: publish(log_size=1))
    refused(Invalid, "log_size_unsigned", lambda: publish(log_size=4))
    one = publish()
    assert (one.log_size, one.root.n, served_size()) == (3, 3, 4)
    refused(Conflict, "log_size_before", lambda: publish(THREE + HOUR, log_size=2))


def test_what_comes_late_or_is_corrected_changes_no_figure_as_of_before():
    first, _second = record(gift(100), gift(200, line=2))
    one = publish()
    then = figures_as_of("test-gifts", SCOPE, THREE, one.log_size)
    record(gift(7), adjustment(first, -30), adjustment(first, -5, at=THREE + HOUR))
    publish(corrects=one.ref, explanation="补报")
    assert figures_as_of("test-gifts", SCOPE, THREE, one.log_size) == then
    assert (then.root, then.counts) == (one.root, one.counts)
    assert bulletin_get(one.ref) == one
    now = figures_as_of("test-gifts", SCOPE, THREE, log_size())
    assert now.root.sums == (77, 200, 0)


def test_the_next_bulletin_explains_what_came_late_and_what_was_adjusted():
    first, second, third = record(gift(100), gift(200, line=2), gift(50, line=3))
    publish()
    record(
        gift(7),  # received before the cut-off, recorded after
        gift(8, line=3),
        gift(1000, at=THREE + HOUR),  # simply new
        adjustment(first, -30),
        adjustment(second, 40, at=THREE + HOUR),
        adjustment(third, 5),
        adjustment(third, -5),  # comes to nothing
    )
    two = publish(THREE + HOUR)
    assert two.root.sums == (1077, 240, 58)
    assert two.late == Change(2, (7, 0, 8))
    assert two.adjusted == Change(2, (-30, 40, 0))
    three = publish(THREE + 2 * HOUR)
    assert three.late == three.adjusted == Change(0, (0, 0, 0))


def test_a_correction_names_what_it_corrects_and_says_why():
    (first,) = record(gift(100))
    one = publish()
    record(adjustment(first, -30))
    refused(Invalid, "explanation_missing", lambda: publish(corrects=one.ref, explanation=" "))
    refused(
        Invalid,
        "correction_other_time",
        lambda: publish(THREE + HOUR, corrects=one.ref, explanation="误计"),
    )
    refused(NotFound, "nothing_to_correct", lambda: publish(corrects="0" * 32, explanation="误计"))
    two = publish(corrects=one.ref, explanation="一笔误计三角，现予更正")
    assert (two.number, two.as_of, two.corrects, two.previous) == (2, THREE, one.ref, one.ref)
    assert two.root.sums == (70, 0, 0) and two.adjusted == Change(1, (-30, 0, 0))
    assert bulletin_as_of("test-gifts", SCOPE, THREE) == two
    refused(Conflict, "corrected_already", lambda: publish(corrects=one.ref, explanation="再更正"))
    assert [found.number for found in bulletins("test-gifts", SCOPE)] == [2, 1]


def test_after_a_correction_of_an_old_bulletin_the_next_goes_on_from_the_latest_cut_off():
    (first,) = record(gift(100))
    one = publish()
    record(gift(20, at=THREE + HOUR))
    two = publish(THREE + HOUR)
    record(adjustment(first, -1))
    three = publish(corrects=one.ref, explanation="误计")
    assert three.root.sums == (99, 0, 0) and three.late == Change(0, (0, 0, 0))
    record(gift(3, at=THREE + HOUR))
    refused(Conflict, "as_of_before", lambda: publish(THREE))
    four = publish(THREE + 2 * HOUR)
    assert (four.previous, four.late) == (three.ref, Change(1, (3, 0, 0)))
    assert four.adjusted == Change(1, (-1, 0, 0))  # against bulletin 2
    assert Bulletin.objects.get(ref=four.ref).since.ref == two.ref


def test_the_command_counts_bulletins_again(monkeypatch, capsys):
    record(gift(100), gift(200, line=2))
    publish()
    publish(THREE + HOUR)
    assert run_recount(Namespace(check=True)) == 0
    assert "2 bulletins, 0 differ\n" in capsys.readouterr().out
    # given a programme that gathers what the log does not hold
    more = Gathered([Contribution(0, bytes(32), 1, 7)], {"people": 1, "units": 0})
    monkeypatch.setitem(registry._gather, "test-gifts", lambda *_: more)
    publish(THREE + 2 * HOUR)
    assert run_recount(Namespace(check=True)) == 1
    assert capsys.readouterr().out.endswith("3 bulletins, 1 differ\n  test-gifts/wuhan/3\n")


def test_a_draft_that_another_bulletin_overtook_is_refused():
    record(gift(100))
    draft = bulletin_draft(indicator="test-gifts", scope=SCOPE, as_of=THREE)
    publish()
    refused(
        Conflict,
        "bulletin_meanwhile",
        lambda: working(lambda work: draft_publish(work, draft)),
    )


def test_scopes_are_numbered_each_by_itself():
    record(gift(100), gift(200, scope="other"))
    assert [publish().number, publish(scope="other").number] == [1, 1]
    assert [publish(THREE + HOUR).number, publish(THREE + HOUR, scope="none").number] == [2, 1]
    assert bulletins("test-gifts", "none")[0].root.n == 0


def test_a_path_is_read_from_tiles_and_leads_to_the_root(django_assert_num_queries):
    record(*(gift(100 + n, line=1 + n % 3) for n in range(300)), gift(1, scope="other"))
    record(*(gift(1000 + n) for n in range(30)))
    one = publish()
    assert BulletinTile.objects.count() == 3
    for index in (0, 255, 256, 299, 301, 330):
        with django_assert_num_queries(3):
            leaf, path = bulletin_path(one.ref, index)
        assert leaf.index == index
        check_path(one.lines, leaf, path, one.root, cut=one.log_size)
        with pytest.raises(BadSum):
            check_path(one.lines, leaf._replace(fen=leaf.fen + 1), path, one.root)
    for index in (300, 331, 5000):
        with pytest.raises(NotFound) as caught:
            bulletin_path(one.ref, index)
        assert caught.value.code == "not_counted"


def test_a_sample_is_drawn_once_the_bulletin_is_served_and_its_seed_recorded():
    record(*(gift(n) for n in range(400)), gift(1, scope="other"), *(gift(9) for _ in range(20)))
    one = publish()
    refused(
        Invalid,
        "seed",
        lambda: working(lambda work: bulletin_sample(work, bulletin=one.ref, seed=" short ")),
    )
    drawn = working(lambda work: bulletin_sample(work, bulletin=one.ref, seed="示例审计 3-1-6-6-2"))
    expected = positions("示例审计 3-1-6-6-2", 420)
    assert [position for position, _index in drawn.places] == expected
    assert all(index == at if at < 400 else index == at + 1 for at, index in drawn.places)
    assert entry_body(422)["open"] == {
        "bulletin": one.fact_ref,
        "seed": "示例审计 3-1-6-6-2",
        "n": 300,
    }


def test_no_sample_is_drawn_before_the_bulletin_is_in_the_log():
    record(gift(1))

    def both(work):
        draft = bulletin_draft(indicator="test-gifts", scope=SCOPE, as_of=THREE)
        one = draft_publish(work, draft)
        bulletin_sample(work, bulletin=one.ref, seed="123456789")

    refused(Conflict, "bulletin_not_served", lambda: working(both))
