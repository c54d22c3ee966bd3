"""Trust policies (C2SP tlog-policy): which logs, which witnesses, how many of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from niangjia.lib.tlog import checkpoint, keys
from niangjia.lib.tlog.checkpoint import Checkpoint
from niangjia.lib.tlog.note import Note, Unsigned, Verified, verified

NONE = "none"
MAX_LINES = 1000
_BLANKS = " \t"


class BadPolicy(ValueError):
    """Not a policy. The message names the line."""


class NoQuorum(ValueError):
    """Fewer witnesses cosigned than the policy asks for."""


@dataclass(frozen=True, slots=True)
class Witness:
    """name: as the policy calls it. url: submission prefix, empty if it is reached otherwise."""

    name: str
    key: keys.WitnessKey | keys.QuantumWitnessKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Reached if `threshold` of `members` (witnesses or groups) are."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """logs: vkey of each log with its url. quorum: name of a witness or group, or `none`."""

    text: str
    logs: tuple[tuple[keys.LogKey, str], ...]
    witnesses: Mapping[str, Witness]
    groups: Mapping[str, Group]
    quorum: str

    @property
    def sha256(self) -> str:
        """Hash of the text, in hex: what the departments publish."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def origins(self) -> frozenset[str]:
        return frozenset(key.name for key, _url in self.logs)

    def top(self) -> tuple[int, tuple[str, ...]]:
        """(how many, of which) the quorum asks for: (5, eight departments). (0, ()) for none."""
        if self.quorum == NONE:
            return 0, ()
        group = self.groups.get(self.quorum)
        return (group.threshold, group.members) if group else (1, (self.quorum,))

    def reached_at(self, name: str, seen: Mapping[str, int]) -> int | None:
        """When `name` was reached, of the times at which witnesses cosigned; None if it was not.

        A group is reached at the threshold-th smallest time of its members. Each group stands
        below its members in the text, so one pass is enough, however deep they are nested.
        """
        times = dict(seen)
        for group in self.groups.values():
            there = sorted(times[member] for member in group.members if member in times)
            if len(there) >= group.threshold:
                times[group.name] = there[group.threshold - 1]
        return times.get(name)

    def witnesses_of(self, name: str) -> tuple[Witness, ...]:
        """All witnesses at or below a name: a department's keys."""
        found, rest = [], [name]
        while rest:
            group = self.groups.get(first := rest.pop())
            if group is None:
                found.append(self.witnesses[first])
            else:
                rest += reversed(group.members)
        return tuple(found)

    def check(self, note: Note) -> "Accepted":
        """What the note states if this policy accepts it.

        Raises BadNote (malformed; a known key's line does not hold; no listed log signed) and
        NoQuorum.
        """
        head = checkpoint.of_note(note)
        log_keys = [key for key, _url in self.logs if key.name == head.origin]
        if self.logs:
            verified(note, log_keys)
        seen = self.cosigned(note)
        at = self.reached_at(self.quorum, seen) if self.quorum != NONE else None
        if self.quorum != NONE and at is None:
            needed, members = self.top()
            n = sum(self.reached_at(member, seen) is not None for member in members)
            raise NoQuorum(f"cosigned by {n}; the policy asks for {needed} of {len(members)}")
        return Accepted(head, seen, at)

    def cosigned(self, note: Note) -> dict[str, int]:
        """Witness name -> time of its cosignature (POSIX seconds). Raises BadNote."""
        by_key = {(one.key.name, one.key.key_id): one for one in self.witnesses.values()}
        try:
            lines: Sequence[Verified] = verified(note, [one.key for one in by_key.values()])
        except Unsigned:
            return {}
        return {
            by_key[line.key.name, line.key.key_id].name: line.at
            for line in lines
            if line.at is not None
        }


@dataclass(frozen=True, slots=True)
class Accepted:
    """A checkpoint under a policy. cosigned: witness -> POSIX seconds. witnessed_at: when the
    quorum was full, the fifth smallest of eight; None under quorum none."""

    checkpoint: Checkpoint
    cosigned: Mapping[str, int]
    witnessed_at: int | None


@dataclass
class _Reader:
    """A policy while its lines are read."""

    logs: list[tuple[keys.LogKey, str]] = field(default_factory=list)
    witnesses: dict[str, Witness] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str = ""
    used: set[str] = field(default_factory=set)
    publics: set[bytes] = field(default_factory=set)

    def line(self, words: list[str]) -> None:
        kind, *rest = words
        readers = {
            "log": self.log,
            "witness": self.witness,
            "group": self.group,
            "quorum": self.set_quorum,
        }
        if kind not in readers:
            raise BadPolicy(f"unknown word {kind}")
        readers[kind](rest)

    def log(self, words: list[str]) -> None:
        key, url = self._key(words, 1)
        if type(key) is not keys.LogKey:
            raise BadPolicy("not a key of a log")
        self.logs.append((key, url))

    def witness(self, words: list[str]) -> None:
        name = self._fresh(words)
        key, url = self._key(words[1:], 1)
        if not isinstance(key, (keys.WitnessKey, keys.QuantumWitnessKey)):
            raise BadPolicy("not a key of a witness")
        self.witnesses[name] = Witness(name, key, url)

    def _key(self, words: list[str], extra: int) -> tuple[keys.AnyKey, str]:
        if not 1 <= len(words) <= 1 + extra:
            raise BadPolicy("a key, and at most an address")
        try:
            key = keys.parse_vkey(words[0])
        except keys.BadKey as error:
            raise BadPolicy(str(error)) from error
        if key.public in self.publics:
            raise BadPolicy("a key stands here twice")
        self.publics.add(key.public)
        return key, "".join(words[1:])

    def _fresh(self, words: list[str]) -> str:
        name = words[0] if words else ""
        if not name or name == NONE or name in self.witnesses or name in self.groups:
            raise BadPolicy("a name of its own is needed")
        return name

    def group(self, words: list[str]) -> None:
        name = self._fresh(words)
        if len(words) < 3:
            raise BadPolicy("a group has members")
        members = tuple(words[2:])
        for member in members:
            self._known(member)
            if member in self.used:
                raise BadPolicy(f"{member} is a member already")
            self.used.add(member)
        self.groups[name] = Group(name, _threshold(words[1], len(members)), members)

    def set_quorum(self, words: list[str]) -> None:
        if len(words) != 1 or self.quorum:
            raise BadPolicy("one quorum")
        if words[0] != NONE:
            self._known(words[0])
        self.quorum = words[0]

    def _known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise BadPolicy(f"{name} is not defined above")


def _threshold(word: str, n: int) -> int:
    if word in ("any", "all"):
        return 1 if word == "any" else n
    if re.fullmatch("[1-9][0-9]{0,3}", word) is None or int(word) > n:
        raise BadPolicy(f"at least 1 and at most {n}")
    return int(word)


def parse(text: str) -> Policy:
    """The policy of a text. Raises BadPolicy."""
    if any((char < " " and char not in "\t\n") or char == "\x7f" for char in text):
        raise BadPolicy("no control characters but tab and newline")
    lines = text.split("\n")
    if lines.pop() or len(lines) > MAX_LINES:
        raise BadPolicy("each line ends in a newline; at most 1,000 lines")
    reader = _Reader()
    for number, line in enumerate(lines, 1):
        words = line.replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if not words or words[0].startswith("#"):
            continue
        try:
            reader.line(words)
        except BadPolicy as error:
            raise BadPolicy(f"line {number}: {error}") from error
    if not reader.quorum:
        raise BadPolicy("no quorum line")
    return Policy(text, tuple(reader.logs), reader.witnesses, reader.groups, reader.quorum)
