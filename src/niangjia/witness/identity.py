"""A witness's identity: a folder with the key file, and what binds the key to one state."""

import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from niangjia.lib.tlog import keys
from niangjia.lib.tlog.keys import COSIGNATURE, ML_DSA_44, SEED_BYTES, Signer
from niangjia.lib.tlog.note import BadNote, check_name
from niangjia.witness.files import write_durably

KEY_FILE = "key"
NAME_BYTES = 255  # tlog-cosignature, cosigned_message
_STATE = "STATE+"


class BadIdentity(ValueError):
    """The key file cannot be read, or is not one."""


@dataclass(frozen=True)
class Identity:
    """signers: Ed25519 and ML-DSA-44, of one name. state_id: 64 hex digits, also in the state."""

    signers: tuple[Signer, ...]
    state_id: str

    @property
    def name(self) -> str:
        return self.signers[0].name

    @property
    def vkeys(self) -> list[str]:
        """The words that a department publishes."""
        return [keys.vkey(signer.key) for signer in self.signers]


def fingerprint(vkey: str) -> str:
    """SHA-256 of a vkey's text, in hex: short enough to print in a letter."""
    return sha256(vkey.encode()).hexdigest()


def check_length(name: str) -> str:
    """`name` if both kinds of cosignature can state it, as witness or log. Raises BadNote."""
    if len(name.encode()) > NAME_BYTES:
        raise BadNote("a name has at most 255 bytes")
    return name


def make(name: str) -> Identity:
    """New keys from the system's randomness, not stored yet. Raises BadNote."""
    check_length(check_name(name))
    kinds = (COSIGNATURE, ML_DSA_44)
    signers = tuple(Signer(name, kind, secrets.token_bytes(SEED_BYTES)) for kind in kinds)
    return Identity(signers, secrets.token_hex(32))


def write(folder: Path, identity: Identity) -> None:
    """The key file is on the disk, readable by its owner alone."""
    lines = [*map(str, identity.signers), _STATE + identity.state_id]
    write_durably(folder / KEY_FILE, ("\n".join(lines) + "\n").encode(), 0o600)


def read(folder: Path) -> Identity:
    """The identity of a folder. Raises BadIdentity."""
    try:
        lines = (folder / KEY_FILE).read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadIdentity("no key file can be read here") from error
    try:
        *private, state, end = lines
        signers = tuple(keys.parse_signer(line) for line in private)
    except ValueError as error:
        raise BadIdentity("the key file is damaged") from error
    kinds = [signer.kind for signer in signers]
    whole = not end and state.startswith(_STATE) and len(state) == len(_STATE) + 64
    if not whole or kinds != [COSIGNATURE, ML_DSA_44] or len({one.name for one in signers}) != 1:
        raise BadIdentity("the key file is damaged")
    return Identity(signers, state.removeprefix(_STATE))
