"""Evidence packs: what a holder gets verifies by the program that shares no line with us; that it
was handed out is recorded; people are never in it; what was erased stays provable."""

import json
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from niangjia.blocks.ledger import disclosing, packing
from niangjia.blocks.ledger.models import Entry, KeptCommitments, StoredFact, Timestamp
from niangjia.blocks.ledger.tests.test_ledger import KIND, fact, record, sequence
from niangjia.core import seal
from niangjia.core.actor import ANONYMOUS, system_actor
from niangjia.core.errors import Conflict, NotFound, NotSignedIn
from niangjia.lib import canonical
from niangjia.witness import verify

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]
SYSTEM = system_actor("tests")


def made(folder, *subjects):
    found = packing.pack_make(SYSTEM, subjects=subjects or ("test:1",), title="示例核查")
    path = folder / found.name
    path.write_bytes(b"".join(found.chunks))
    return path, found


def verified(path, *words):
    """The verifier copied out of the project, alone."""
    alone = path.parent / "verify.py"
    alone.write_bytes(Path(verify.__file__).read_bytes())
    command = [sys.executable, "-I", str(alone), str(path), "--json", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=path.parent)
    return done.returncode, json.loads(done.stdout)


def test_a_pack_verifies_alone_and_shows_business_values_only(tmp_path):
    record(fact(12_345, reason="价格谈判"), fact(7, subject="test:2"))
    sequence()
    path, found = made(tmp_path)
    assert (found.n_entries, found.n_fields) == (1, 2)
    code, told = verified(path)
    assert (code, told["verdict"]) == (3, "consistent")
    assert {one["name"]: one["value"] for one in told["disclosed"]} == {
        "amount_fen": 12_345,
        "reason": "价格谈判",
    }
    assert b"\xe7\xa4\xba\xe4\xbe\x8b\xe8\x81\x94\xe7\xb3\xbb\xe4\xba\xba" not in path.read_bytes()


def test_that_it_was_handed_out_is_an_entry_of_its_own(tmp_path):
    record(fact())
    sequence()
    path, found = made(tmp_path)
    sequence()
    stored = StoredFact.objects.get(kind="ledger.disclosed/1")
    opened = canonical.decode(bytes(stored.body))["open"]
    assert opened == {"n_entries": 1, "n_fields": 1, "size": 1}
    assert disclosing.open_fact(stored).values["title"] == "示例核查"
    assert found.name == f"pack-{stored.subject.removeprefix('pack:')[:12]}.zip"
    assert path.exists()


def test_what_is_not_served_yet_is_not_packed(tmp_path):
    record(fact())
    with pytest.raises(Conflict, match="1 entries"):
        made(tmp_path)
    with pytest.raises(NotFound):
        made(tmp_path, "test:nothing")
    with pytest.raises(NotSignedIn):
        packing.pack_make(ANONYMOUS, subjects=("test:1",), title="x")
    assert not StoredFact.objects.filter(kind="ledger.disclosed/1").exists()


def test_after_an_erasure_the_other_fields_still_prove(tmp_path):
    record(fact(55))
    sequence()
    assert seal.erase("person:p1") and seal.erase("contact:1")
    assert KeptCommitments.objects.count() == 2
    path, _found = made(tmp_path)
    code, told = verified(path)
    assert code == 3 and told["verdict"] == "consistent"
    assert [one["value"] for one in told["disclosed"]] == [55]
    names = [name for _slot, fields in KIND.groups for name in fields]
    assert len(names) == 7


def test_a_time_stamp_is_asked_for_once_and_tied_to_the_checkpoint(tmp_path, settings, authority):
    settings.NIANGJIA_TSA_URL = authority.url
    record(fact())
    sequence()
    path, _found = made(tmp_path)
    made(tmp_path)
    assert authority.n_asked == 1 and Timestamp.objects.count() == 1
    code, told = verified(path)
    assert (code, told["verdict"]) == (3, "consistent")
    assert "timestamp.tsr" in ZipFile(path).namelist()
    assert authority.holds(bytes(Timestamp.objects.get().reply))


def test_without_an_answer_of_the_authority_the_pack_is_made_without(tmp_path, settings):
    settings.NIANGJIA_TSA_URL = "http://127.0.0.1:9/"
    record(fact())
    sequence()
    path, _found = made(tmp_path)
    assert "timestamp.tsr" not in ZipFile(path).namelist() and verified(path)[0] == 3
    assert Entry.objects.count() == 1
