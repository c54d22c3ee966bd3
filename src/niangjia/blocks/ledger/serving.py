"""What anyone may have of the log: the served checkpoint, tiles, bundles of entries, proofs.

Nothing past the served checkpoint leaves the house, whatever is asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from django.contrib.staticfiles import finders
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.ledger import cosigning, opening, policies
from niangjia.blocks.ledger.models import Entry, Log, Published
from niangjia.blocks.ledger.tree import tile_bytes, tree_of
from niangjia.core.errors import NotFound
from niangjia.lib.tlog import keys, tiles
from niangjia.lib.tlog.proof_file import ProofFile
from niangjia.lib.tlog.request import AddCheckpoint


@dataclass(frozen=True, slots=True)
class Served:
    """A log as it is served. first: index of its first entry; size: of the served checkpoint."""

    log: Log
    row: Published | None

    @property
    def size(self) -> int:
        return self.row.checkpoint.size if self.row else 0


def served(number: int | None = None) -> Served | None:
    """The log of that number (the newest without one) as it is served; None if there is none."""
    log = opening.newest_log() if number is None else Log.objects.filter(number=number).first()
    return Served(log, cosigning.newest_published(log)) if log else None


def checkpoint_text(of: Served, *, ml_dsa: bool = False) -> str | None:
    """The served checkpoint with its cosignatures: Ed25519, or ML-DSA-44 in a file of its own."""
    if of.row is None:
        return None
    return str(cosigning.cosigned_note(of.row.checkpoint, ml_dsa=ml_dsa))


def tile(of: Served, path: str) -> bytes | None:
    """Bytes of the tile or bundle at `path`; None if it is no such path or not (yet) served."""
    try:
        name = tiles.parse(path)
    except ValueError:
        return None
    return tile_bytes(of.log, name) if name.fits(of.size) else None


def proof_file(index: int) -> str | None:
    """The proof that entry `index` (of this site) stands under its log's served checkpoint."""
    log = Log.objects.filter(first__lte=index).order_by("-number").first()
    row = cosigning.newest_published(log) if log else None
    if log is None or row is None or index - log.first >= row.checkpoint.size:
        return None
    within = index - log.first
    hashes = inclusion(log, within, row.checkpoint.size)
    return str(ProofFile(within, tuple(hashes), cosigning.cosigned_note(row.checkpoint)))


def inclusion(log: Log, index: int, size: int) -> list[bytes]:
    """Hashes that prove entry `index` of the log to stand in its tree of `size`."""
    return tree_of(log).inclusion(index, size)


def consistency_file(of: Served, old: int) -> bytes | None:
    """That the tree of `old` is the beginning of what is served, as a witness would be asked."""
    if of.row is None or not 0 < old <= of.size:
        return None
    proof = tree_of(of.log).consistency(old, of.size) if old < of.size else []
    return bytes(AddCheckpoint(old, tuple(proof), cosigning.cosigned_note(of.row.checkpoint)))


def entry_bytes(index: int) -> bytes | None:
    """The bytes of an entry, as its leaf hash covers them; None past the end of the log."""
    body = Entry.objects.filter(index=index).values_list("fact__body", flat=True).first()
    return None if body is None else bytes(body)


def policy_text(of: Served, *, ml_dsa: bool = False) -> str:
    """The policy under which the served checkpoint is checked; under none, our key alone."""
    row = policies.row_at(of.log, of.size) if of.size else None
    if row is not None:
        return row.text_ml_dsa if ml_dsa else row.text
    return "" if ml_dsa else none_policy(of.log)


def none_policy(log: Log) -> str:
    """A policy that asks for the log's own key and no witness."""
    return f"log {keys.vkey(policies.log_signer(log).key)}\nquorum none\n"


def export(of: Served, folder: Path) -> Iterator[str]:
    """The served log as static files in `folder`, in the layout of tlog-tiles; the checkpoint last.

    Yields each path once it lies there. What is there and full is left as it is.
    """
    names = [*tiles.of_size(of.size), *tiles.bundles_of_size(of.size)]
    for name in names:
        target = folder / "tile" / name.path
        if not (name.width == tiles.WIDTH and target.exists()):
            _put(target, tile_bytes(of.log, name))
        yield name.path
    for file, text in (
        ("policy", policy_text(of)),
        ("policy.ml-dsa-44", policy_text(of, ml_dsa=True)),
        ("checkpoint.ml-dsa-44", checkpoint_text(of, ml_dsa=True) or ""),
        ("checkpoint", checkpoint_text(of) or ""),
    ):
        if text:
            _put(folder / file, text.encode())
            yield file


def _put(target: Path, data: bytes) -> None:
    """The file holds `data`, all of it or as before."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}")
    draft.write_bytes(data)
    draft.replace(target)


@lru_cache(maxsize=1)
def verifier_page() -> bytes:
    """The self-contained page that checks evidence packs, as built at set-up."""
    path = finders.find("ui/build/verify.html")
    if not isinstance(path, str):
        raise NotFound(_("The verification page was not built: run make setup."))
    return Path(path).read_bytes()


@lru_cache(maxsize=2)
def verifier_program(name: str = "verify.py") -> bytes:
    """The same check as one Python file; `bulletin.py`, beside it, checks receipts."""
    return (files("niangjia.witness") / name).read_bytes()


def verifier_hashes() -> tuple[str, str, str]:
    """SHA-256 of the page and of the two programs, as departments publish them."""
    parts = (verifier_page(), verifier_program(), verifier_program("bulletin.py"))
    page, program, receipts = (sha256(one).hexdigest() for one in parts)
    return page, program, receipts
