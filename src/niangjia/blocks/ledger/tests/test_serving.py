"""What is served verifies by the formats alone, and nothing past the served size leaves."""

import gzip
from importlib import import_module
from pathlib import Path

import pytest

from niangjia.blocks.ledger import cosigning, opening, policies, serving
from niangjia.blocks.ledger.models import Entry, Published, Tile
from niangjia.blocks.ledger.tests.test_ledger import fact, record, sequence
from niangjia.blocks.ledger.tree import tree_of
from niangjia.lib.tlog import checkpoint, hashing, note, policy, proof_file, request, tiles
from niangjia.lib.tlog.proofs import check_consistency, check_inclusion

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]


def filled(n, batches=3):
    for i in range(batches):
        record(*[fact(k) for k in range(n // batches + (n % batches if i == 0 else 0))])
        sequence()


def test_the_served_log_can_be_rebuilt_from_its_tiles_and_entries(client):
    filled(600)
    served = client.get("/log/checkpoint")
    assert served["Content-Type"] == "text/plain; charset=utf-8"
    assert served["Cache-Control"] == "no-cache"
    signed = note.parse(served.content)
    trusted = policy.parse(client.get("/log/policy").content.decode())
    head = trusted.check(signed).checkpoint
    assert head.size == 600 and head.origin == opening.newest_log().origin
    leaves = []
    for name in tiles.bundles_of_size(600):
        answer = client.get(f"/log/tile/{name.path}")
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        leaves += [hashing.leaf_hash(one) for one in tiles.unpack(answer.content)]
    assert hashing.root_of(leaves) == head.root
    for name in tiles.of_size(600):
        found = tiles.hashes_of(client.get(f"/log/tile/{name.path}").content)
        span = 256**name.level
        first = name.n * 256
        assert found == [
            hashing.root_of(leaves[i * span : (i + 1) * span])
            for i in range(first, first + name.width)
        ]
    assert Tile.objects.count() == 2


def test_every_width_of_a_tile_is_served_up_to_the_size_and_none_beyond(client):
    filled(300)
    for path in ("0/000", "0/000.p/7", "0/001.p/44", "0/001.p/3", "1/000.p/1", "entries/001.p/44"):
        answer = client.get(f"/log/tile/{path}")
        assert answer.status_code == 200, path
        width = tiles.parse(path).width
        if not path.startswith("entries"):
            assert len(answer.content) == 32 * width
    for path in ("0/001.p/45", "0/001", "1/000.p/2", "2/000.p/1", "entries/001.p/45", "0/01", "x"):
        answer = client.get(f"/log/tile/{path}")
        assert answer.status_code == 404, path
        assert answer["Cache-Control"] == "no-store"


def test_nothing_is_served_beyond_what_was_published(client):
    filled(300)
    last = Published.objects.order_by("-checkpoint__size").first()
    # given a checkpoint that was signed but waits for its witnesses
    record(fact(1))
    log = opening.newest_log()
    asked = policies.InForce(1, policy.parse(_some_policy(log)))
    kept, policies.NONE = policies.NONE, asked
    try:
        sequence()
    finally:
        policies.NONE = kept
    assert cosigning.newest_checkpoint(log).size == 301
    assert checkpoint.of_note(note.parse(client.get("/log/checkpoint").content)).size == 300
    assert client.get("/log/tile/0/001.p/45").status_code == 404
    assert client.get("/log/entry/300.json").status_code == 404
    assert client.get("/log/proof/300.tlog-proof").status_code == 404
    assert client.get("/log/entry/299.json").status_code == 200
    assert serving.served().size == last.checkpoint.size == 300


def _some_policy(log):
    from niangjia.blocks.ledger.policies import log_signer
    from niangjia.lib.tlog.keys import COSIGNATURE, Signer, vkey

    witness = Signer("w.example", COSIGNATURE, b"w" * 32)
    return f"log {vkey(log_signer(log).key)}\nwitness w {vkey(witness.key)}\nquorum w\n"


def test_bundles_are_compressed_for_who_takes_it(client):
    filled(10)
    plain = client.get("/log/tile/entries/000.p/10")
    packed = client.get("/log/tile/entries/000.p/10", headers={"accept-encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain
    assert gzip.decompress(packed.content) == plain.content
    assert "Accept-Encoding" in packed["Vary"]


def test_proofs_and_consistency_check(client):
    filled(517)
    for index in (0, 255, 256, 511, 512, 516):
        body = client.get(f"/log/entry/{index}.json").content
        found = proof_file.parse(client.get(f"/log/proof/{index}.tlog-proof").content)
        head = found.check(hashing.leaf_hash(body))
        assert head.size == 517 and found.index == index
    leaves = [
        bytes(one) for one in Entry.objects.order_by("index").values_list("leaf_hash", flat=True)
    ]
    for old in (1, 173, 256, 400, 517):
        answer = request.parse(client.get(f"/log/consistency/{old}").content)
        newest = checkpoint.of_note(answer.note)
        check_consistency(old, hashing.root_of(leaves[:old]), 517, newest.root, answer.proof)
    assert client.get("/log/consistency/518").status_code == 404
    tree = tree_of(opening.newest_log())
    for size in (1, 100, 257, 516):
        assert tree.root(size) == hashing.root_of(leaves[:size])
        check_inclusion(leaves[0], 0, size, tree.inclusion(0, size), tree.root(size))


def test_an_export_is_what_is_served(client, tmp_path):
    filled(300)
    of = serving.served()
    paths = list(serving.export(of, tmp_path))
    assert paths[-1] == "checkpoint"
    for name in [*tiles.of_size(300), *tiles.bundles_of_size(300)]:
        served = client.get(f"/log/tile/{name.path}").content
        assert (tmp_path / "tile" / name.path).read_bytes() == served
    assert (tmp_path / "checkpoint").read_bytes() == client.get("/log/checkpoint").content
    assert (tmp_path / "policy").read_bytes() == client.get("/log/policy").content


def test_the_programs_that_check_are_served_as_they_are(client):
    for path, name in (
        ("niangjia-verify.py", "verify"),
        ("verify.py", "verify"),
        ("bulletin.py", "bulletin"),
    ):
        module = import_module(f"niangjia.witness.{name}")
        served = client.get(f"/log/{path}").content
        assert served == Path(module.__file__).read_bytes()


def test_an_empty_site_serves_no_log(client):
    for path in ("checkpoint", "policy", "tile/0/000", "consistency/1", "entry/0.json"):
        assert client.get(f"/log/{path}").status_code == 404
    assert client.get("/log/proof/0.tlog-proof").status_code == 404
