"""Other spellings and other contents of the JSON members."""

import base64
import json

from niangjia.lib import canonical
from tests.verify.world import seed

KINDS = {}


def kind(code, member=None):
    def keep(mutate):
        KINDS["json: " + mutate.__name__.replace("_", " ")] = (code, mutate)
        return mutate

    return keep


def _respell(text, rng):
    """The same or nearly the same value in a spelling that is not canonical."""
    tricks = [
        lambda: text.replace('"v":1', '"v":1.0', 1),
        lambda: text.replace('"v":1', '"v":1e0', 1),
        lambda: text.replace('"v":1', '"v":-1', 1),
        lambda: text.replace('"v":1', '"v":01', 1),
        lambda: text.replace('"v":1', '"v":true', 1),
        lambda: text.replace('"v":1', '"v":"1"', 1),
        lambda: text.replace('"v":1', '"v":1,"v":1', 1),
        lambda: text.replace('"v":1', '"v":1,"w":-0', 1),
        lambda: text.replace('"v":1', '"v":1,"w":9007199254740992', 1),
        lambda: text.replace('"v":1', '"v":1,"w":' + "9" * 5000, 1),
        lambda: text.replace('"v":1', '"v":1,"w":1e400', 1),
        lambda: text.replace('"v":1', '"v":1,"w":NaN', 1),
        lambda: text.replace('"v":1', '"v":1,"w":Infinity', 1),
        lambda: text.replace('"v":1', '"v":1,"w":"\\ud800"', 1),
        lambda: text.replace('"v":1', '"v":1,"w":"\\u00e9"', 1),
        lambda: text.replace('"v":1', '"v":1,"w":"\\/"', 1),
        lambda: text.replace('"v":1', '"v":1,"w":"e\u0301"', 1),
        lambda: text.replace('"v":1', '"v":1,"w":"\x01"', 1),
        lambda: text.replace('"v":1', '"v":1,"w":' + "[" * 34 + "]" * 34, 1),
        lambda: text.replace('"v":1', '"v":1,"w":' + "[" * 7000 + "]" * 7000, 1),
        lambda: text.replace('"v":1', '"v":1,"\u00e9":1', 1),
        lambda: text.replace('"v":1', '"v":1,"__proto__":{}', 1),
        lambda: text.replace('"v":1', '"v": 1', 1),
        lambda: text.replace('"v":1', '"v":2', 1),
        lambda: text.replace("{", "{ ", 1),
        lambda: "\ufeff" + text,
        lambda: text + "\n",
        lambda: text[:-1] + ",}",
        lambda: text[:-1],
        lambda: text + text,
        lambda: "[" + text + "]",
        lambda: "null",
        lambda: "",
        lambda: json.dumps(json.loads(text), ensure_ascii=True, indent=1),
        lambda: json.dumps(dict(reversed(json.loads(text).items())), separators=(",", ":")),
    ]
    return rng.choice(tricks)().encode("utf-8", "surrogatepass")


def _mangled(data, rng):
    bad = rng.choice([b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"])
    at = data.index(b'"v"') + 1
    return data[:at] + bad + data[at:]


@kind("manifest")
def manifest_spelt_otherwise(draft, rng):
    draft.raw_manifest = _respell(canonical.encode(draft.manifest, limit=None).decode(), rng)


@kind("manifest")
def manifest_that_is_not_utf8(draft, rng):
    draft.raw_manifest = _mangled(canonical.encode(draft.manifest, limit=None), rng)


@kind("manifest")
def manifest_of_another_form(draft, rng):
    wrong = {
        "v": [2, None, True, "1"],
        "origin": [None, 1],
        "size": [-1, "21", None, True],
        "root": ["", "A" * 64, "0" * 63, 0],
        "policy_sha256": ["", None],
        "made_at": ["2020-03-17", "2020-13-17T02:05Z", "2020-03-17T24:05Z", "2020-03-17T02:05Z\n"],
        "title": [None, 1, ["x"]],
        "entries": [[], [7, 7], [20, 7, 3], [-1], ["7"], [True], None, {"0": 3}],
        "files": [[], {"x y": "0" * 64}, {"policy": "0"}, {"manifest.json": "0" * 64}, None],
        "policy_entry": [None, -1, "3", True],
    }
    name = rng.choice(sorted(wrong))
    draft.manifest[name] = rng.choice(wrong[name])


@kind("manifest")
def manifest_with_other_keys(draft, rng):
    if rng.random() < 0.5:
        draft.manifest["more"] = 1
    else:
        del draft.manifest[rng.choice(["v", "title", "files", "entries", "root"])]


@kind("manifest_checkpoint")
def manifest_of_another_checkpoint(draft, rng):
    other = {
        "origin": "other.example/log",
        "size": rng.choice([20, 22, 2**53 - 1]),
        "root": "0" * 64,
    }
    name = rng.choice(sorted(other))
    draft.manifest[name] = other[name]


@kind("policy_hash")
def manifest_of_another_policy(draft, _rng):
    draft.manifest["policy_sha256"] = "0" * 64


@kind("policy_entry")
def policy_entry_that_says_nothing(draft, rng):
    draft.manifest["policy_entry"] = rng.choice([0, 7, 20, 2**53 - 1])


@kind("missing")
def manifest_names_an_entry_more(draft, _rng):
    draft.manifest["entries"] = sorted([*draft.manifest["entries"], 12])


@kind("missing")
def manifest_lists_a_file_more(draft, _rng):
    draft.manifest["files"]["evidence/" + "0" * 64] = "0" * 64


@kind("unlisted")
def manifest_lists_a_file_less(draft, rng):
    del draft.manifest["files"][rng.choice(sorted(draft.manifest["files"]))]


@kind("hash")
def manifest_lists_another_hash(draft, rng):
    draft.manifest["files"][rng.choice(sorted(draft.manifest["files"]))] = "0" * 64


@kind("unknown_member")
def manifest_forgets_an_entry(draft, _rng):
    draft.manifest["entries"].remove(20)


@kind("entry")
def entry_spelt_otherwise(draft, rng):
    draft.change("entries/7.json", lambda data: _respell(data.decode(), rng))


@kind("entry")
def entry_that_is_not_utf8(draft, rng):
    draft.change("entries/7.json", lambda data: _mangled(data, rng))


@kind("entry")
def entry_too_long(draft, _rng):
    draft.change_json("entries/7.json", lambda value: value["open"].update(x="x" * 16384))


@kind("entry")
def entry_of_another_form(draft, rng):
    def edit(value):
        rng.choice(
            [
                lambda: value.update(v=2),
                lambda: value.update(more=1),
                lambda: value.pop("hour"),
                lambda: value.update(open=[]),
                lambda: value["sealed"].update(n=-1),
                lambda: value["sealed"].update(n=True),
                lambda: value["sealed"].update(root="0"),
                lambda: value.update(id=1),
            ]
        )()

    draft.change_json("entries/7.json", edit)


@kind("proof")
def entry_that_says_something_else(draft, rng):
    def edit(value):
        rng.choice(
            [
                lambda: value["open"].update(month="2020-04"),
                lambda: value["sealed"].update(root=seed("x").hex()),
                lambda: value["sealed"].update(n=12),
                lambda: value.update(fact="purchase.recorded/2"),
                lambda: value.update(id="0" * 32),
            ]
        )()

    draft.change_json("entries/7.json", edit)


@kind("proof")
def entries_swapped(draft, _rng):
    seven, twenty = draft.members["entries/7.json"], draft.members["entries/20.json"]
    draft.change("entries/7.json", lambda _data: twenty)
    draft.change("entries/20.json", lambda _data: seven)


@kind("disclosure")
def disclosure_spelt_otherwise(draft, rng):
    draft.change("disclosures/7.json", lambda data: _respell(data.decode(), rng))


@kind("disclosure")
def disclosure_that_is_not_utf8(draft, rng):
    draft.change("disclosures/7.json", lambda data: _mangled(data, rng))


def _disclosure(draft, edits, rng):
    draft.change_json("disclosures/7.json", rng.choice(edits))


@kind("disclosure")
def disclosure_of_another_form(draft, rng):
    def field(**more):
        return lambda value: value["fields"][0].update(more)

    salt = base64.b64encode(seed("salt")).decode()
    edits = [
        lambda value: value.update(index=20),
        lambda value: value.update(n=12),
        lambda value: value.update(n=True),
        lambda value: value.update(fields=[]),
        lambda value: value.update(fields={}),
        lambda value: value["fields"].reverse(),
        lambda value: value["fields"].append(value["fields"][0]),
        lambda value: value["fields"][1].update(name="amount_fen"),
        lambda value: value["fields"][0].pop("salt"),
        field(more=1),
        field(name="é"),
        field(name=""),
        field(name="a b"),
        field(name="x" * 256),
        field(name=1),
        field(place=-1),
        field(place=11),
        field(place=True),
        field(place="0"),
        field(salt=salt[:-1]),
        field(salt=salt[:-2] + "B="),
        field(salt=salt + "\n"),
        field(salt=salt.replace("=", "")),
        field(salt=base64.b64encode(b"x" * 31).decode()),
        field(salt=base64.urlsafe_b64encode(b"\xff" * 32).decode()),
        field(salt=None),
        field(path=[salt] * 64),
        field(path=["AA=="]),
        field(path="x"),
        field(path=[1]),
    ]
    _disclosure(draft, edits, rng)


@kind("disclosure_proof")
def disclosed_value_changed(draft, rng):
    salt = base64.b64encode(seed("salt")).decode()

    def field(**more):
        return lambda value: value["fields"][0].update(more)

    edits = [
        field(value=702),
        field(value="701"),
        field(value=None),
        field(value=True),
        field(name="amount"),
        field(name="toString"),
        field(salt=salt),
        field(path=[]),
        field(path=[salt] * 4),
        lambda value: value["fields"][0]["path"].reverse(),
        lambda value: value["fields"][0]["path"].append(salt),
        lambda value: value["fields"][1].update(place=2) or value["fields"].pop(2),
        lambda value: value["fields"][2]["value"].reverse(),
        lambda value: value["fields"][2]["value"][0].update(n=70),
    ]
    _disclosure(draft, edits, rng)


@kind("disclosure")
def disclosure_of_another_entry(draft, _rng):
    twenty = draft.members["disclosures/20.json"]
    draft.change("disclosures/7.json", lambda _data: twenty)
