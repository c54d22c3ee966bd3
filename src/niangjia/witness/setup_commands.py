"""keygen, trust, untrust: what is done once."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from niangjia.lib.tlog import checkpoint, keys, note
from niangjia.lib.tlog.keys import BadKey, LogKey
from niangjia.lib.tlog.note import BadNote, Note
from niangjia.witness import identity as identities
from niangjia.witness import source, state
from niangjia.witness.failure import FAILED, OK, UNUSABLE, Failure
from niangjia.witness.files import Locked
from niangjia.witness.language import reason, say
from niangjia.witness.state import State, Unusable


def unusable(error: Unusable) -> Failure:
    """The sentence that ends everything a key with a lost state is used for."""
    end = "this key must not be used again; make a new key, and have the replacement resolved"
    return Failure(f"{reason(str(error))}{say(': ')}{say(end)}", UNUSABLE)


@contextmanager
def opened(folder: Path, *, read_only: bool = False) -> Iterator[State]:
    """The state of a folder's identity. Raises Failure."""
    try:
        found = State(folder, identities.read(folder), read_only=read_only)
    except (identities.BadIdentity, FileNotFoundError) as error:
        raise Failure(reason(str(error))) from error
    except Locked as error:
        raise Failure(say("the witness of this folder is running: stop it first")) from error
    except Unusable as error:
        raise unusable(error) from error
    try:
        yield found
    finally:
        found.close()


def keygen(given: Namespace) -> int:
    """A folder with a new identity; its public keys are printed."""
    folder: Path = given.dir
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Failure(say("{folder} is not empty: a new key needs a new folder", folder=folder))
    try:
        identity = identities.make(given.name)
    except BadNote as error:
        raise Failure(reason(str(error))) from error
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    state.create(folder, identity)
    identities.write(folder, identity)
    print_keys(identity)
    print(say("Publish both keys. Keep the folder on this machine: a copy is never to be used."))
    return OK


def print_keys(identity: identities.Identity) -> None:
    print(say("Witness: {name}", name=identity.name))
    for kind, vkey in zip(("Ed25519", "ML-DSA-44"), identity.vkeys, strict=True):
        print(say("Public key ({kind}):", kind=kind), vkey, sep="\n")
        print("SHA-256:", identities.fingerprint(vkey))


def log_key(word: str) -> LogKey:
    """The key of a log. Raises Failure."""
    try:
        key = keys.parse_vkey(word)
    except BadKey as error:
        raise Failure(say("this is not the public key of a log")) from error
    if type(key) is not LogKey:
        raise Failure(say("this is not the public key of a log"))
    try:
        identities.check_length(key.name)
    except BadNote as error:
        raise Failure(reason(str(error))) from error
    return key


def trust(given: Namespace) -> int:
    """The log's checkpoints will be cosigned, from where its state stands."""
    key = log_key(given.log)
    if given.url:
        check_url(given.url)
    pinned = _pinned(given.start, key) if given.start else None
    with opened(given.dir) as found:
        others = [one for one in found.trusted().get(key.name, []) if one != key]
        if others and not given.add:
            raise Failure(
                say("{origin} is trusted with another key: say --add", origin=key.name), FAILED
            )
        if pinned and found.note_of(key.name) is not None:
            raise Failure(say("{origin} has a state already", origin=key.name), FAILED)
        with found.transaction():
            found.trust(key, given.url or "")
            if pinned:
                found.pin(checkpoint.of_note(pinned), pinned)
    print(say("Trusted: {origin}, key {mark}", origin=key.name, mark=key.key_id.hex()))
    return OK


def check_url(url: str) -> None:
    try:
        source.Web(url)
    except ValueError as error:
        raise Failure(say("{url} is not a web address", url=url)) from error


def _pinned(path: Path, key: LogKey) -> Note:
    """The checkpoint of a file, with the line of this key alone."""
    try:
        found = note.parse(path.read_bytes())
        head = checkpoint.of_note(found)
        lines = note.verified(found, [key])
    except OSError as error:
        raise Failure(say("{file} cannot be read", file=path)) from error
    except BadNote as error:
        raise Failure(f"{path}{say(': ')}{reason(str(error))}") from error
    if head.origin != key.name:
        raise Failure(say("{file} is of another log", file=path))
    return Note(found.text, tuple(line.signature for line in lines))


def untrust(given: Namespace) -> int:
    """Checkpoints of this key alone are refused from now on; the log's state stays."""
    with opened(given.dir) as found:
        matches = [
            key
            for trusted in found.trusted().values()
            for key in trusted
            if key.key_id.hex() == given.key and given.origin in (None, key.name)
        ]
        if len(matches) != 1:
            raise Failure(
                say("no key, or more than one, has the id {mark}", mark=given.key), FAILED
            )
        with found.transaction():
            found.untrust(matches[0])
    print(say("No longer trusted: {origin}, key {mark}", origin=matches[0].name, mark=given.key))
    return OK
