"""A receipt checks offline, alone; changed in any place it proves nothing."""

import copy
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from niangjia.blocks.indicators.public import receipt_file
from niangjia.core.errors import NotFound
from niangjia.lib import canonical
from niangjia.witness import bulletin, verify
from niangjia.witness.bulletin import check_receipt
from niangjia.witness.bulletin_command import main
from tests.bulletins.city import NOW, other, places

pytestmark = pytest.mark.django_db(databases=["default", "keys"])


def cosigned(world, data=None, names=None):
    """The receipt under a checkpoint that the departments cosigned: the same text."""
    value = json.loads(data or world.receipt)
    signed = world.city.note(names) if names else world.city.note()
    assert value["checkpoint"].split("\n\n")[0] == signed.split("\n\n")[0]
    value["checkpoint"] = signed
    return value


@pytest.fixture
def receipt(world):
    return cosigned(world)


def told(world, value, policy=True):
    data = value if isinstance(value, bytes) else canonical.encode(value, limit=None)
    found = check_receipt(data, world.city.policy if policy else None, NOW)
    return found["verdict"], [code for code, _detail in found["reasons"]]


def test_a_receipt_proves_that_the_record_is_counted_net_and_once(world, receipt):
    found = check_receipt(canonical.encode(receipt, limit=None), world.city.policy, NOW)
    assert found["verdict"] == "verified" and found["reasons"] == []
    assert (found["record"], found["index"], found["fen"]) == (world.refs[7], 7, 900)
    assert found["bulletin"]["number"] == 2
    assert found["bulletin"]["sums"] == list(world.bulletins[1].root.sums)
    assert len(found["cosigned"]) == 6


def test_a_receipt_prints_the_rule_by_which_its_record_counts(world, receipt):
    found = check_receipt(canonical.encode(receipt, limit=None), world.city.policy, NOW)
    english, chinese = (bulletin.report(found, to) for to in (0, 1))
    kinds = ("test.received/1", "test.adjusted/1", "raising")
    assert "test-counting-2020: adds {}; changes {}; scope in {}".format(*kinds) in english
    assert "统计规则test-counting-2020：计入{}；调整{}；范围字段{}".format(*kinds) in chinese


def test_a_rule_or_document_given_with_a_receipt_is_not_passed_over(capsys):
    for word in ("--rule", "--document"):
        with pytest.raises(SystemExit) as ended:
            main(["--receipt", "x.json", word, "y.json"])
        assert ended.value.code == 64
    capsys.readouterr()


def test_without_a_policy_it_is_only_consistent_and_with_too_few_names_false(world, receipt):
    assert told(world, receipt, policy=False) == ("consistent", ["policy_not_given"])
    few = cosigned(world, names=("dept-1", "dept-2"))
    assert told(world, few) == ("false", ["quorum"])
    own = json.loads(world.receipt)  # signed by the site's own key alone, which the policy is not
    assert told(world, own)[0] == "false"


def test_every_record_of_a_bulletin_has_its_receipt(world):
    one = world.bulletins[0]
    for at in (0, 1, 6, 255, 256, 289):
        assert told(world, cosigned(world, receipt_file(one, world.refs[at])))[0] == "verified"
    with pytest.raises(NotFound):
        receipt_file(one, world.refs[291])  # received an hour later
    with pytest.raises(NotFound):
        receipt_file(one, "0" * 32)


def test_a_change_left_out_or_given_twice_is_another_amount(world, receipt):
    less = {**receipt, "changes": receipt["changes"][:1]}
    assert told(world, less) == ("false", ["not_counted"])
    twice = {**receipt, "changes": [*receipt["changes"], receipt["changes"][0]]}
    assert set(told(world, twice)[1]) == {"twice", "not_counted"}


def test_the_record_of_somebody_else_on_my_path_is_not_counted_there(world, receipt):
    for at in (6, 10):
        other = cosigned(world, receipt_file(world.bulletins[1], world.refs[at]))
        mixed = {**receipt, "record": other["record"], "changes": []}
        assert told(world, mixed) == ("false", ["not_counted"])
    stranger = {**receipt, "record": receipt["bulletin"], "changes": []}
    assert told(world, stranger) == ("false", ["record"])


def test_what_came_after_the_cut_is_refused(world, receipt):
    earlier = cosigned(world, receipt_file(world.bulletins[0], world.refs[7], world.changing[:1]))
    assert told(world, earlier)[0] == "verified"
    both = {**earlier, "changes": receipt["changes"]}
    assert set(told(world, both)[1]) == {"cut", "not_counted"}


def test_another_bulletin_has_another_total(world, receipt):
    three = cosigned(world, receipt_file(world.bulletins[2], world.refs[7], world.changing))
    assert told(world, three)[0] == "verified"
    assert told(world, {**receipt, "bulletin": three["bulletin"]})[0] == "false"


def test_no_value_of_it_can_be_changed(world, receipt):
    ways = list(places(receipt))
    assert len(ways) > 60
    for way in ways:
        changed = copy.deepcopy(receipt)
        inside = changed
        for name in way[:-1]:
            inside = inside[name]
        inside[way[-1]] = other(inside[way[-1]])
        assert told(world, changed)[0] in ("false", "unreadable"), way


def test_a_share_moved_between_both_sides_of_a_step_is_seen(world, receipt):
    changed = copy.deepcopy(receipt)
    for step in changed["path"]:
        step["sums"] = step["sums"][::-1]
        assert told(world, changed) == ("false", ["not_counted"])
        step["sums"] = step["sums"][::-1]
    huge = copy.deepcopy(receipt)
    huge["path"][-1]["sums"][0] = 2**53 - 1
    assert told(world, huge) == ("false", ["overflow"])


def test_what_is_no_receipt_is_unreadable(world, receipt):
    for data in (b"", b"{}", b"[]", b"\xff", canonical.encode(receipt, limit=None) + b"\n"):
        assert told(world, data) == ("unreadable", ["receipt"])
    for name in receipt:
        less = {key: value for key, value in receipt.items() if key != name}
        assert told(world, less) == ("unreadable", ["receipt"])
    for name, value in (("path", {}), ("position", -1), ("changes", [1]), ("v", 2), ("type", "x")):
        assert told(world, {**receipt, name: value}) == ("unreadable", ["receipt"])


def test_the_command_and_two_files_copied_away_say_the_same(
    world, receipt, tmp_path, capsysbinary, monkeypatch
):
    file, policy = tmp_path / "receipt.json", tmp_path / "policy"
    file.write_bytes(canonical.encode(receipt, limit=None))
    policy.write_bytes(world.city.policy)
    for module in (verify, bulletin):
        shutil.copy(module.__file__, tmp_path / Path(module.__file__).name)
    for language, words in (
        ("C", ("VERIFIED", "9.00 yuan", "is NOT proven")),
        ("zh_CN.UTF-8", ("核查通过", "9.00元", "2020-03-16 16:00:00 北京时间", "不能证明")),
    ):
        monkeypatch.setenv("LANG", language)
        assert main(["--receipt", str(file), "--policy", str(policy)]) == 0
        said = capsysbinary.readouterr().out
        alone = subprocess.run(
            [sys.executable, "-S", "bulletin.py", str(file), "--policy", str(policy)],
            capture_output=True,
            cwd=tmp_path,
        )
        assert (alone.returncode, alone.stderr) == (0, b"")
        assert alone.stdout == said
        for word in words:
            assert word in said.decode()
    assert main(["--receipt", str(tmp_path / "none.json")]) == 64
    assert main(["--receipt", str(policy)]) == 2
