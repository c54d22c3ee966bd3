"""What is kept of a line about its payer: sealed, found again by keyed hashes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from niangjia.core import seal
from niangjia.lib.text import compact
from niangjia.programmes.donations.bank_models import BankAccount, BankLine
from niangjia.programmes.donations.statement_files import words
from niangjia.programmes.donations.statement_types import ReadLine

ACCOUNT, LINE, PARTY = "bank account", "bank line", "bank party"


@dataclass(frozen=True, slots=True)
class Payer:
    """A line's payer and remark in the clear. tail: last 4 digits of the payer's account."""

    name: str
    remark: str
    tail: str


def account_digest(number: str) -> str:
    return seal.lookup_digests([(ACCOUNT, number.replace(" ", ""))])[0]


def is_organisation(name: str) -> bool:
    return any(word in name for word in words()["organisations"])


def sealed_payers(refs: Sequence[str], lines: Sequence[ReadLine]) -> list[bytes]:
    """Payer and remark of each line under a key of its own; empty where there is nothing."""
    told = [bool(one.party or one.remark) for one in lines]
    seal.ensure([f"bankline:{ref}" for ref, has in zip(refs, told, strict=True) if has])
    return [
        seal.seal(f"bankline:{ref}", _plain(one)) if has else b""
        for ref, one, has in zip(refs, lines, told, strict=True)
    ]


def _plain(one: ReadLine) -> bytes:
    kept = {"name": one.party, "remark": one.remark, "tail": one.party_account[-4:]}
    return json.dumps(kept, ensure_ascii=False).encode()


def party_digests(lines: Sequence[ReadLine]) -> list[str]:
    found = seal.lookup_digests((PARTY, compact(one.party)) for one in lines)
    return [digest if one.party else "" for digest, one in zip(found, lines, strict=True)]


def payer_of(row: BankLine) -> Payer:
    """Who paid, in the clear; empty once erased."""
    if not row.sealed:
        return Payer("", "", "")
    try:
        found = json.loads(seal.unseal(bytes(row.sealed)))
    except seal.Erased:
        return Payer("", "", "")
    return Payer(found["name"], found["remark"], found["tail"])


@dataclass(frozen=True, slots=True)
class Target:
    """The account that donors transfer to."""

    number: str
    bank: str
    holder: str


def sealed_target(owner: str, target: Target) -> bytes:
    kept = {"number": target.number, "bank": target.bank, "holder": target.holder}
    return seal.seal(owner, json.dumps(kept, ensure_ascii=False).encode())


def target_of(row: BankAccount) -> Target | None:
    """The published account in the clear; None unless the foundation published it."""
    if not row.sealed:
        return None
    try:
        found = json.loads(seal.unseal(bytes(row.sealed)))
    except seal.Erased:
        return None
    return Target(found["number"], found["bank"], found["holder"])
