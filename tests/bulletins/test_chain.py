"""What a bulletin corrects, goes on from and counts by is held to the log; samples are told."""

import json

import pytest

from niangjia.blocks.indicators.public import bulletin_sample
from niangjia.blocks.indicators.tests.gifts import HOUR, THREE, publish, working
from niangjia.lib import canonical
from niangjia.lib.tlog import hashing
from niangjia.witness.bulletin_command import check, main, report
from niangjia.witness.source import Folder
from tests.bulletins.city import (
    NOW,
    City,
    edited,
    entries_of_site,
    leaves_of_log,
    tree_values,
)
from tests.bulletins.conftest import AT
from tests.bulletins.lies import lie, verdict

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


ZERO = {"n": 0, "sums": [0, 0, 0]}


def test_a_made_up_correction_hides_neither_late_nor_adjusted_gifts(world, tmp_path):
    told = lie(world, tmp_path, 2, corrects="0" * 32, since=None, late=ZERO, adjusted=ZERO)
    codes = {reason for reason, _detail in told[1]}
    assert (told[0], codes) == ("false", {"corrects", "since", "late", "adjusted"})


def test_a_made_up_correction_does_not_go_back_in_time(world, tmp_path):
    early = "2020-03-16T06:00Z"
    values = tree_values(leaves_of_log(world.entries, early, 299))
    more = {"since": None, "late": ZERO, "adjusted": ZERO, "as_of": early} | values
    told = lie(world, tmp_path, 2, corrects="0" * 32, **more)
    assert told[0] == "false" and ["wrong_cut", "as_of"] in told[1]
    assert ["corrects", "0" * 32] in told[1]


def test_a_bulletin_of_another_scope_or_a_later_one_cannot_be_corrected(world, tmp_path):
    for n, name in enumerate((json.loads(world.entries[301])["id"], "")):
        told = lie(world, tmp_path / str(n), 2, corrects=name)
        assert ["corrects", name] in told[1]


def test_a_bulletin_is_corrected_once(world, tmp_path):
    four = working_correction(world)
    entries = entries_of_site()
    assert verdict(City(entries, world.origin), tmp_path / "a", four) == ("verified", [])
    two = json.loads(world.entries[299])["id"]
    entries[four] = edited(entries[four], corrects=two, since=two)
    told = verdict(City(entries, world.origin), tmp_path / "b", four)
    assert told[0] == "false" and ["corrected_twice", "2"] in told[1]


def working_correction(world):
    """A fourth bulletin takes the place of the third; where it stands."""
    publish(THREE + HOUR, corrects=world.bulletins[2].ref, explanation="再次更正（示例）")
    return len(entries_of_site()) - 1


def net_of_no_refund(world):
    """What bulletin 1 would print, were refunds not subtracted."""
    rule = json.loads(world.entries[295])["open"]["rule"] | {"changes": []}
    gifts = [
        entry for entry in world.entries[:295] if json.loads(entry)["fact"] == "test.received/1"
    ]
    assert len(gifts) == 292
    entries = [
        entry if entry in set(gifts) else canonical.encode({**json.loads(entry), "fact": "x/1"})
        for entry in world.entries[:295]
    ]
    leaves = leaves_of_log(entries, AT, 295)
    real = {index: hashing.leaf_hash(world.entries[index]) for index in range(295)}
    return rule, tree_values([one._replace(leaf_hash=real[one.index]) for one in leaves])


def test_a_rule_that_forgets_refunds_is_shown_and_is_not_the_auditor_s(
    world, tmp_path, capsysbinary, monkeypatch
):
    expected = json.loads(world.entries[295])["open"]["rule"]
    rule, values = net_of_no_refund(world)
    assert values["sums"] != list(world.bulletins[0].root.sums)
    entries = list(world.entries)
    entries[295] = edited(entries[295], rule=rule, **values)
    city = City(entries, world.origin)
    folder = city.write(tmp_path / "log")
    given = json.dumps(expected, indent=1).encode()
    alone = check(Folder(folder), "295", city.policy, now=NOW)
    assert alone["verdict"] == "verified"
    assert alone["bulletin"]["rule"] == rule
    told = check(Folder(folder), "295", city.policy, None, given, now=NOW)
    assert (told["verdict"], told["reasons"]) == ("false", [["rule_expected", ""]])
    file = tmp_path / "rule.json"
    file.write_bytes(given)
    words = ["--bulletin", "295", "--log", str(folder), "--policy", str(folder / "policy")]
    for language, shown in (
        ("C", "test-counting-2020: adds test.received/1; changes -; scope in raising"),
        ("zh_CN.UTF-8", "统计规则test-counting-2020：计入test.received/1；调整-"),
    ):
        monkeypatch.setenv("LANG", language)
        assert main(words) == 0
        assert shown in capsysbinary.readouterr().out.decode()
        assert main([*words, "--rule", str(file)]) == 1
        capsysbinary.readouterr()


def test_the_auditor_s_rule_holds_for_honest_bulletins_and_may_name_policy_and_lines(
    world, tmp_path
):
    folder = Folder(world.city.write(tmp_path / "log"))
    rule = json.loads(world.entries[299])["open"]["rule"]
    whole = rule | {"policy": "test-counting-2020", "lines": [1, 2, 3]}
    policy = world.city.policy
    for value, verdict_ in ((rule, "verified"), (whole, "verified")):
        data = json.dumps(value).encode()
        assert check(folder, "299", policy, None, data, now=NOW)["verdict"] == verdict_
    data = json.dumps(whole | {"lines": [1, 2]}).encode()
    assert check(folder, "299", policy, None, data)["reasons"] == [["rule_expected", ""]]
    for data in (b"", b"[]", b'{"adds":[]}', json.dumps(rule | {"x": 1}).encode()):
        told = check(folder, "299", policy, None, data)
        assert (told["verdict"], told["reasons"]) == ("unreadable", [["rule_file", ""]])


def test_a_rule_or_lines_change_only_with_the_policy_and_that_is_told(world, tmp_path):
    rule = json.loads(world.entries[299])["open"]["rule"] | {"changes": ["test.other/1"]}
    told = lie(world, tmp_path / "a", 2, rule=rule)
    assert ["rule", "1"] in told[1]
    lines = {"lines": [1, 2, 4], "sums": [0, 0, 0]}
    assert ["rule", "1"] in lie(world, tmp_path / "b", 2, **lines)[1]
    assert "rule" not in dict(lie(world, tmp_path / "c", 2, rule=rule, policy="new")[1])
    entries = list(world.entries)
    entries[299] = edited(entries[299], policy="new-2020")
    city = City(entries, world.origin)
    found = check(Folder(city.write(tmp_path / "d")), "299", city.policy, now=NOW)
    assert (found["verdict"], found["warnings"]) == (
        "verified",
        [["policy_changed", "test-counting-2020"]],
    )
    assert "test-counting-2020" in report(found, 0) and "改用另一统计规则" in report(found, 1)


def test_every_sample_drawn_is_told_and_one_that_is_not_the_first_is_warned_of(
    world, tmp_path, capsysbinary, monkeypatch
):
    bulletin = world.bulletins[1]
    seeds = ("示例审计 3-1-6", "示例审计 2-2-5")
    for seed in seeds:
        working(lambda work, seed=seed: bulletin_sample(work, bulletin=bulletin.ref, seed=seed))
    entries = entries_of_site()
    first, second = len(entries) - 2, len(entries) - 1
    city = City(entries, world.origin)
    folder = Folder(city.write(tmp_path / "log"))
    one = check(folder, "299", city.policy, seed=seeds[0], now=NOW)
    assert (one["seed_index"], one["warnings"]) == (first, [])
    assert one["samples"] == [[1, first], [2, second]]
    for seed, at in ((seeds[1], second), ("示例审计 6-6-6", None)):
        other = check(folder, "299", city.policy, seed=seed, now=NOW)
        assert (other["verdict"], other["seed_index"]) == ("verified", at)
        assert other["samples"] == [[1, first], [2, second]]
        assert other["warnings"] == [["sample_later", str(first)]]
    for language, told in (("C", "not the first"), ("zh_CN.UTF-8", "不是本公报第一次抽样")):
        monkeypatch.setenv("LANG", language)
        path = str(tmp_path / "log")
        main(["--bulletin", "299", "--log", path, "--sample", seeds[1]])
        printed = capsysbinary.readouterr().out.decode()
        assert told in printed and f"  2  {second}\n" in printed
