"""Paths, widths and bundles, by the words of C2SP tlog-tiles."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niangjia.lib.tlog import tiles
from niangjia.lib.tlog.tiles import TileName


@given(st.one_of(st.none(), st.integers(0, 7)), st.integers(0, 2**55 // 256), st.integers(1, 256))
def test_a_path_names_one_tile(level, n, width):
    name = TileName(level, n, width)
    assert tiles.parse(name.path) == name


def test_the_example_of_the_specification():
    assert TileName(0, 1234067).path == "0/x001/x234/067"
    names = list(tiles.of_size(70_000))
    assert len([one for one in names if one.level == 0 and one.width == 256]) == 273
    assert [one for one in names if one.width != 256] == [
        TileName(0, 273, 112),
        TileName(1, 1, 17),
        TileName(2, 0, 1),
    ]
    assert list(tiles.of_size(256)) == [TileName(0, 0), TileName(1, 0, 1)]
    assert list(tiles.bundles_of_size(257)) == [TileName(None, 0), TileName(None, 1, 1)]
    assert list(tiles.of_size(0)) == []


SPELLINGS = ["8/000", "0/0", "0/x000/000", "00/000", "0/000.p/0", "0/000.p/256", "0/000.p/01"]
SPELLINGS += ["-1/000", "entries/000/", "entries/..", "data/000", "0/1234", "x/000", "0/000.P/3"]
SPELLINGS += ["0/\u0660\u0660\u0660"]


@pytest.mark.parametrize("path", [*SPELLINGS, "", "0/000\n"])
def test_another_spelling_of_a_path_is_refused(path):
    with pytest.raises(ValueError):
        tiles.parse(path)


def test_a_tile_fits_only_what_the_tree_has():
    assert TileName(0, 0, 255).fits(255)
    assert not TileName(0, 0).fits(255)
    assert TileName(1, 0, 1).fits(256) and not TileName(1, 0, 2).fits(511)
    assert TileName(None, 1, 1).fits(257) and not TileName(None, 1, 2).fits(257)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_gives_its_entries_back(entries):
    assert tiles.unpack(tiles.pack(entries)) == entries


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=9), st.data())
def test_a_bundle_cut_short_is_refused_or_has_fewer_entries(entries, data):
    bundle = tiles.pack(entries)
    cut = bundle[: data.draw(st.integers(0, len(bundle) - 1))]
    with contextlib.suppress(ValueError):
        assert len(tiles.unpack(cut)) < len(entries)


def test_an_entry_beyond_its_length_field_is_refused():
    with pytest.raises(ValueError):
        tiles.pack([bytes(65536)])
