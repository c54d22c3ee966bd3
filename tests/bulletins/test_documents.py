"""A document that prints another figure than its bulletin has, and is committed to, is false."""

import json
from hashlib import sha256

import pytest

from niangjia.blocks.indicators.public import bulletin_document
from niangjia.blocks.indicators.tests.gifts import gift, publish, record
from niangjia.lib import canonical
from niangjia.witness.bulletin_command import check
from niangjia.witness.source import Folder
from tests.bulletins.city import (
    NOW,
    City,
    edited,
    entries_of_site,
    other,
    places,
    resigned,
)

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def document_told(world, folder, change, which=1):
    """What the verifier says to a document that the site changed and committed to."""
    value = json.loads(bulletin_document(world.bulletins[which - 1].ref))
    change(value)
    data = canonical.encode(value, limit=None)
    entries, place = list(world.entries), world.places[which - 1]
    entries[place] = edited(entries[place], document_sha256=sha256(data).hexdigest())
    city = City(resigned(entries[: place + 1]), world.origin)
    found = check(Folder(city.write(folder)), str(place), city.policy, data, now=NOW)
    return found["verdict"], found["reasons"]


def test_every_figure_and_link_that_a_document_prints_is_that_of_the_entry(world, tmp_path):
    whole = json.loads(bulletin_document(world.bulletins[1].ref))
    words = {"title", "rule", "source", "unit", "v", "explanation"}
    ways = [way for way in places(whole) if not words & set(map(str, way))]
    for n, way in enumerate(ways):

        def change(value, way=way):
            for name in way[:-1]:
                value = value[name]
            value[way[-1]] = other(value[way[-1]]) if value[way[-1]] is not None else "0" * 32

        told = document_told(world, tmp_path / str(n), change, 2)
        if way[0] == "sums" and way[-1] == "id":
            assert told == ("verified", []), way
        else:
            assert (told[0], told[1][0][0]) == ("false", "document_figures"), way
    assert len(ways) > 40


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        (lambda value: value["sums"][0].update(fen=99_990_000_00, wan=9999), "sums"),
        (lambda value: value["sums"][1].pop("of"), "sums"),
        (lambda value: value["sums"][1].update(of=[1, 1, 2, 3]), "sums"),
        (lambda value: value["sums"][1].update(of=[9]), "sums"),
        (lambda value: value.update(rounding_note={"en": "x", "zh": "x"}), "sums"),
        (lambda value: value["lines"][0].update(count=3), "lines"),
        (lambda value: value["counts"].append(value["counts"][0]), "lines"),
        (lambda value: value["late"].update(n=False), "entry"),
        (lambda value: value.pop("as_of"), "entry"),
        (lambda value: value.pop("explanation"), "entry"),
    ],
    ids=["sum", "unnamed", "twice", "no-line", "note", "count", "two", "bool", "as_of", "why"],
)
def test_a_document_that_prints_another_figure_is_false(world, tmp_path, change, detail):
    assert document_told(world, tmp_path, change) == ("false", [["document_figures", detail]])


def test_a_correction_s_document_explains_it(world, tmp_path):
    told = document_told(world, tmp_path, lambda value: value.update(explanation=" "), 3)
    assert told == ("false", [["document_figures", "entry"]])


def test_a_note_is_there_where_printed_parts_do_not_add_up(db, tmp_path):
    record(gift(1_500_000), gift(1_500_000, line=2))
    bulletin = publish()
    entries = entries_of_site()
    city = City(entries, json.loads(entries[2])["open"]["log_origin"])
    data = bulletin_document(bulletin.ref)
    assert json.loads(data)["rounding_note"]
    found = check(Folder(city.write(tmp_path / "a")), "2", city.policy, data, now=NOW)
    assert (found["verdict"], found["reasons"]) == ("verified", [])
    value = json.loads(data)
    del value["rounding_note"]
    data = canonical.encode(value, limit=None)
    entries[2] = edited(entries[2], document_sha256=sha256(data).hexdigest())
    city = City(entries, city.origin)
    found = check(Folder(city.write(tmp_path / "b")), "2", city.policy, data, now=NOW)
    assert found["reasons"] == [["document_figures", "sums"]]
