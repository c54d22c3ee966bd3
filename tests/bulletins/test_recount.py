"""A bulletin is counted again from the log's files: honest ones hold, each lie has its name."""

import copy
import json

import pytest

from niangjia.blocks.indicators.public import bulletin_document
from niangjia.blocks.indicators.tests.gifts import gift, publish, record
from niangjia.lib import canonical
from niangjia.lib.sampling import positions
from niangjia.lib.sumtree import MAX_VALUE
from niangjia.witness.bulletin_command import check, main
from niangjia.witness.mirror import Mirror
from niangjia.witness.source import Folder
from tests.bulletins.city import (
    NOW,
    City,
    edited,
    entries_of_site,
    leaves_of_log,
    other,
    places,
    resigned,
    tree_values,
)
from tests.bulletins.conftest import AT, LATER
from tests.bulletins.lies import leaves_at, lie, verdict

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def test_honest_bulletins_are_verified_by_number_and_by_index(world, tmp_path):
    folder = world.city.write(tmp_path / "log")
    for number, place in enumerate(world.places, 1):
        for name in (str(place), f"test-gifts/wuhan/{number}"):
            found = check(Folder(folder), name, world.city.policy, now=NOW)
            assert (found["verdict"], found["reasons"]) == ("verified", [])
            assert found["bulletin"]["number"] == number
            assert found["counted"] == {
                "n": found["bulletin"]["n"],
                "sums": found["bulletin"]["sums"],
            }


def test_the_command_says_it_in_both_languages(world, tmp_path, capsysbinary, monkeypatch):
    folder = world.city.write(tmp_path / "log")
    words = ["--bulletin", "test-gifts/wuhan/2", "--log", str(folder)]
    words += ["--policy", str(folder / "policy")]
    for language, told in (("C", "VERIFIED"), ("zh_CN.UTF-8", "核查通过")):
        monkeypatch.setenv("LANG", language)
        assert main(words) == 0
        assert told in capsysbinary.readouterr().out.decode()
    assert main([*words, "--json"]) == 0
    assert json.loads(capsysbinary.readouterr().out)["verdict"] == "verified"
    assert main(words[:4]) == 3  # nobody's signature was checked
    assert main(["--bulletin", "9999", *words[2:]]) == 2
    assert main(["--bulletin", "295", "--log", str(tmp_path / "nothing")]) == 2
    with pytest.raises(SystemExit) as ended:
        main(["--bulletin", "295"])
    assert ended.value.code == 64
    capsysbinary.readouterr()


def test_a_department_s_mirror_is_counted_as_well(world, tmp_path):
    out = tmp_path / "copy"
    out.mkdir()
    Mirror(out, [world.city.log.key]).refresh(Folder(world.city.write(tmp_path / "log")))
    assert check(Folder(out), "301", world.city.policy, now=NOW)["verdict"] == "verified"


def test_the_document_is_compared(world, tmp_path):
    folder = Folder(world.city.write(tmp_path / "log"))
    data = bulletin_document(world.bulletins[0].ref)
    honest = check(folder, "295", world.city.policy, data, now=NOW)
    assert honest["verdict"] == "verified"
    other = check(folder, "295", world.city.policy, data.replace(b'"wan":0', b'"wan":1'), now=NOW)
    assert other["reasons"] == [["document", ""]]


def test_a_sample_is_printed_as_the_house_draws_it_and_says_if_it_was_recorded(world, tmp_path):
    folder = Folder(world.city.write(tmp_path / "log"))
    found = check(folder, "299", world.city.policy, seed="示例审计 3-1-6", now=NOW)
    leaves = leaves_of_log(world.entries, LATER, 298)
    expected = positions("示例审计 3-1-6", len(leaves))
    assert found["sample"] == [[at, leaves[at].index] for at in expected]
    assert (found["seed_index"], found["samples"], found["warnings"]) == (None, [], [])


def test_too_few_signatures_a_cut_tile_and_an_empty_folder(world, tmp_path):
    city = world.city
    few = check(Folder(city.write(tmp_path / "few", names=("dept-1",))), "295", city.policy)
    assert (few["verdict"], few["reasons"]) == ("false", [["quorum", "checkpoint"]])
    folder = city.write(tmp_path / "cut")
    tile = folder / "tile" / "entries" / "000"
    tile.write_bytes(tile.read_bytes().replace(b'"fen":1007', b'"fen":1008'))
    cut = check(Folder(folder), "295", city.policy)
    assert (cut["verdict"], cut["reasons"][0][0]) == ("unreadable", "log")


# Lies of the site: consistent with themselves, cosigned by everybody, and still found -------------


def test_the_leaves_of_this_test_are_those_of_the_bulletins(world):
    for number, bulletin in enumerate(world.bulletins, 1):
        values = tree_values(leaves_at(world, number))
        assert values["tree_root"] == bulletin.root.hash.hex()


def test_omission(world, tmp_path):
    leaves = leaves_at(world, 1)
    told = lie(world, tmp_path, 1, **tree_values(leaves[:100] + leaves[102:]))
    assert told == ("false", [["omission", "2"]])


def test_reuse(world, tmp_path):
    leaves = leaves_at(world, 1)
    twice = [*leaves, leaves[5]._replace(index=291)]
    assert lie(world, tmp_path, 1, **tree_values(twice)) == ("false", [["reuse", "1"]])


def test_amounts_swapped_between_two_records_of_a_line(world, tmp_path):
    leaves = leaves_at(world, 1)
    one, other = leaves[0], leaves[3]
    leaves[0], leaves[3] = one._replace(fen=other.fen), other._replace(fen=one.fen)
    assert lie(world, tmp_path, 1, **tree_values(leaves)) == ("false", [["tree", ""]])


def test_wrong_amount_names_the_line(world, tmp_path):
    leaves = leaves_at(world, 1)
    leaves[4] = leaves[4]._replace(fen=leaves[4].fen + 50)
    assert lie(world, tmp_path, 1, **tree_values(leaves)) == ("false", [["amount", "2: +50"]])


def test_a_line_for_another(world, tmp_path):
    leaves = leaves_at(world, 1)
    leaves[4] = leaves[4]._replace(line=3)
    told = lie(world, tmp_path, 1, **tree_values(leaves))
    assert told == ("false", [["amount", "2: -1004"], ["amount", "3: +1004"]])


def test_sums_that_are_not_the_tree_s(world, tmp_path):
    sums = list(world.bulletins[0].root.sums)
    told = lie(world, tmp_path, 1, sums=[sums[0] + 1, *sums[1:]])
    assert told == ("false", [["amount", "1: +1"]])
    assert lie(world, tmp_path, 1, tree_root="0" * 64) == ("false", [["tree", ""]])


def test_a_wrong_cut_by_the_hour_and_by_the_log(world, tmp_path):
    later = tree_values(leaves_of_log(world.entries, LATER, 295))
    assert lie(world, tmp_path / "a", 1, **later) == ("false", [["wrong_cut", LATER]])
    more = tree_values(leaves_of_log(world.entries, LATER, 297))
    told = lie(world, tmp_path / "b", 2, **more)
    assert told[0] == "false" and ["wrong_cut", "log_size 297"] in told[1]


def test_a_log_size_and_root_that_do_not_belong_together(world, tmp_path):
    entry = json.loads(world.entries[295])["open"]
    for number, opened in enumerate(({"log_size": 294}, {"log_root": "0" * 64}), 1):
        told = lie(world, tmp_path / str(number), 1, **opened)
        assert ["wrong_cut", "log_root"] in told[1]
    assert entry["log_size"] == 295
    told = lie(world, tmp_path / "3", 1, log_size=296)
    assert ["wrong_cut", "log_size"] in told[1]


@pytest.mark.parametrize(
    ("number", "opened", "code"),
    [
        (2, {"previous": "0" * 32}, "previous"),
        (2, {"previous": None}, "previous"),
        (1, {"previous": "0" * 32}, "previous"),
        (2, {"since": None}, "since"),
        (3, {"corrects": None}, "wrong_cut"),
        (3, {"corrects": "0" * 32}, "corrects"),
        (2, {"number": 3}, "number_gap"),
        (3, {"number": 2}, "number_twice"),
        (2, {"late": {"n": 0, "sums": [0, 0, 0]}}, "late"),
        (2, {"adjusted": {"n": 1, "sums": [0, 0, 0]}}, "adjusted"),
        (1, {"late": {"n": 1, "sums": [1, 0, 0]}}, "late"),
        (1, {"log_origin": "niangjia/110000/00000000"}, "other_log"),
        (1, {"log_first": 7}, "continued"),
    ],
    ids=lambda one: one if isinstance(one, str) else None,
)
def test_every_other_word_of_a_bulletin_is_held_to(world, tmp_path, number, opened, code):
    told = lie(world, tmp_path, number, **opened)
    assert told[0] == "false"
    assert code in {reason for reason, _detail in told[1]}


UNCOUNTED = {"counts", "policy", "document_sha256"}  # only committed to: nobody recounts them


def test_no_figure_and_no_link_of_a_bulletin_can_be_changed(world, tmp_path):
    opened = json.loads(world.entries[299])["open"]
    n = 0
    for way in places(opened):
        if way[0] not in UNCOUNTED:
            changed = copy.deepcopy(opened)
            inside = changed
            for name in way[:-1]:
                inside = inside[name]
            inside[way[-1]] = other(inside[way[-1]])
            told = lie(world, tmp_path / str(n), 2, **changed)
            assert told[0] in ("false", "unreadable"), way
            n += 1
    assert n > 25


@pytest.mark.parametrize(
    "opened",
    [
        {"n": -1},
        {"sums": [1, 2]},
        {"sums": [-1, 0, 0]},
        {"lines": [1, 1, 2]},
        {"lines": []},
        {"as_of": "2020-03-16T07:30Z"},
        {"tree_root": "x"},
        {"rule": {"adds": []}},
        {"more": 1},
        {"counts": {"people": "many"}},
    ],
    ids=str,
)
def test_a_bulletin_of_another_form_is_none(world, tmp_path, opened):
    assert lie(world, tmp_path, 1, **opened) == ("unreadable", [["no_bulletin", "295"]])


def relogged(world, changes):
    """Other entries in the log, every bulletin resigned over them."""
    entries = list(world.entries)
    for index, opened in changes.items():
        entries[index] = edited(entries[index], **opened)
    return City(resigned(entries), world.origin)


def test_an_overflow(world, tmp_path):
    city = relogged(world, {0: {"fen": MAX_VALUE}, 3: {"fen": MAX_VALUE}})
    assert verdict(city, tmp_path / "log", 295) == ("false", [["overflow", ""]])


def test_a_record_taken_back_for_more_than_it_was(world, tmp_path):
    city = relogged(world, {292: {"fen": -2000}})
    assert verdict(city, tmp_path / "log", 295) == ("false", [["negative", ""]])


@pytest.mark.parametrize(
    "changes",
    [
        {4: {"line": 4}},
        {4: {"fen": -1}},
        {4: {"fen": "1004"}},
        {4: {"hour": "2020-03-16T06:59Z"}},
        {4: {"hour": "2020-02-30T07:00Z"}},
        {4: {"hour": None}},
        {292: {"of": 7}},
    ],
    ids=str,
)
def test_a_record_that_counts_and_is_not_in_its_form(world, tmp_path, changes):
    told = verdict(relogged(world, changes), tmp_path / "log", 295)
    assert told == ("false", [["record", ""]])


def test_two_records_of_one_id_of_which_one_was_changed(world, tmp_path):
    entries = list(world.entries)
    twin = json.loads(entries[8])
    twin["id"] = json.loads(entries[7])["id"]
    entries[8] = canonical.encode(twin)
    told = verdict(City(resigned(entries), world.origin), tmp_path / "log", 295)
    assert told == ("false", [["record", ""]])


def test_a_gift_recorded_and_never_told_of_is_missed(db, tmp_path):
    """The simplest theft: the site takes the money, records the gift, and publishes without it."""
    record(gift(100), gift(900), gift(50))
    publish()
    entries = entries_of_site()
    values = tree_values([one for one in leaves_of_log(entries, AT, 3) if one.fen != 900])
    entries[3] = edited(entries[3], **values)
    origin = json.loads(entries[3])["open"]["log_origin"]
    told = verdict(City(entries, origin), tmp_path / "log", 3)
    assert told == ("false", [["omission", "1"]])
