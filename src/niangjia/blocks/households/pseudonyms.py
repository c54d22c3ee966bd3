"""Asking the department that holds the key. It sees blinded elements; we never see the key."""

import datetime as dt
import http.client
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from niangjia.core.errors import Conflict, Unavailable
from niangjia.lib import voprf

TIMEOUT_S = 20.0
MAX_ANSWER = 2 * voprf.MAX_BATCH * voprf.ELEMENT
PSEUDONYM_BYTES = 32


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key as its holder shows it. public: 64 hex digits; gone_at: ISO, empty if it is there."""

    label: str
    public: str
    gone_at: str


def label_of(programme: str, year: int) -> str:
    return f"{programme}-{year}"


def is_set_up() -> bool:
    """Whether this installation names a key holder."""
    return bool(settings.NIANGJIA_KEYHOLDER_URL)


def check_set_up() -> None:
    """Raises Unavailable if this installation names no key holder."""
    if not is_set_up():
        raise Unavailable(
            _(
                "No department holds the pseudonym keys yet. Rosters can be taken once one does: "
                "see the operator's guide, “keyholder”."
            ),
            code="key_holder_unset",
        )


def held_keys() -> list[HeldKey]:
    """What the holder has. Raises Unavailable."""
    body = _asked("GET", "/keys")
    try:
        found = json.loads(body)
        return [_held(one["label"], one["public"], one["gone_at"]) for one in found]
    except (ValueError, KeyError, TypeError) as error:
        raise _nonsense() from error


def _held(label: str, public: str, gone_at: str) -> HeldKey:
    """Raises ValueError, TypeError if it is not in the form that a holder gives."""
    if len(bytes.fromhex(public)) != voprf.ELEMENT:
        raise ValueError(public)
    if gone_at and dt.datetime.fromisoformat(gone_at).tzinfo is None:
        raise ValueError(gone_at)
    return HeldKey(str(label), public, gone_at)


def n_held_keys() -> int:
    """How many keys the holder has that were not destroyed. Raises Unavailable."""
    return sum(not one.gone_at for one in held_keys())


def public_of(programme: str, year: int) -> str:
    """The public key of a programme's year. Raises Unavailable (holder away, no such key),
    Conflict (destroyed)."""
    label = label_of(programme, year)
    found = next((one for one in held_keys() if one.label == label), None)
    if found is None:
        raise Unavailable(
            _("%(holder)s has no pseudonym key %(label)s yet. Ask it to make one."),
            code="key_missing",
            holder=settings.NIANGJIA_KEYHOLDER_NAME,
            label=label,
        )
    if found.gone_at:
        raise _destroyed(label)
    return found.public


def pseudonyms(programme: str, year: int, public: str, inputs: Sequence[bytes]) -> list[str]:
    """64 hex digits for each input, in order; the same for the same input under the same key.

    public: the key they must be of. Raises Unavailable (away, another key), Conflict (destroyed).
    """
    made: list[str] = []
    label = label_of(programme, year)
    for at in range(0, len(inputs), voprf.MAX_BATCH):
        asked = [voprf.blind(one) for one in inputs[at : at + voprf.MAX_BATCH]]
        body = _asked("POST", f"/evaluate/{label}", b"".join(one.element for one in asked))
        n = len(asked) * voprf.ELEMENT
        parts = [body[i : i + voprf.ELEMENT] for i in range(0, n, voprf.ELEMENT)]
        try:
            found = voprf.finish(
                bytes.fromhex(public), asked, voprf.Evaluated(tuple(parts), body[n:])
            )
        except voprf.Bad as error:
            raise _nonsense() from error
        made += [one[:PSEUDONYM_BYTES].hex() for one in found]
    return made


def _asked(method: str, path: str, body: bytes | None = None) -> bytes:
    check_set_up()
    parts = urlsplit(settings.NIANGJIA_KEYHOLDER_URL)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    line = kind(parts.netloc, timeout=TIMEOUT_S)
    try:
        token = Path(settings.NIANGJIA_KEYHOLDER_TOKEN_FILE).read_text().strip()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
        line.request(method, parts.path.rstrip("/") + path, body, headers)
        answer = line.getresponse()
        data = answer.read(MAX_ANSWER + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _away() from error
    finally:
        line.close()
    return _told(answer.status, data, path.rpartition("/")[2])


def _told(status: int, data: bytes, label: str) -> bytes:
    if status == 410:
        raise _destroyed(label)
    if status == 429:
        raise Unavailable(
            _("%(holder)s evaluates no more pseudonyms today. The roster goes on tomorrow."),
            code="key_holder_full",
            holder=settings.NIANGJIA_KEYHOLDER_NAME,
        )
    if status != 200:
        raise _away() if status >= 500 else _nonsense()
    return data


def _away() -> Unavailable:
    return Unavailable(
        _(
            "%(holder)s, which holds the pseudonym key, cannot be reached. The roster waits and "
            "goes on by itself; nothing of it is lost."
        ),
        code="key_holder_away",
        holder=settings.NIANGJIA_KEYHOLDER_NAME,
    )


def _nonsense() -> Unavailable:
    return Unavailable(
        _(
            "What %(holder)s answered does not hold under the key that this city adopted. Nothing "
            "was taken; the operator has to look at it."
        ),
        code="key_holder_wrong",
        holder=settings.NIANGJIA_KEYHOLDER_NAME,
    )


def _destroyed(label: str) -> Conflict:
    return Conflict(
        _("The pseudonym key %(label)s was destroyed; rosters of that year are closed."),
        code="key_destroyed",
        label=label,
    )
