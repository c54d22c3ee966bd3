"""A log of given entries, signed by its key and cosigned by departments, as files of a mirror."""

import json
from hashlib import sha256

from niangjia.blocks.ledger.models import Entry
from niangjia.lib import canonical
from niangjia.lib.sumtree import Leaf, build
from niangjia.lib.tlog import hashing, keys, note, tiles
from niangjia.lib.tlog.checkpoint import Checkpoint

NOW = 1_584_410_700  # 2020-03-17 02:05 UTC
NAMES = tuple(f"dept-{n}" for n in range(1, 9))


def seed(*words):
    return sha256("/".join(map(str, words)).encode()).digest()


WITNESSES = {
    name: keys.Signer(f"{name}.example/w", keys.COSIGNATURE, seed("witness", name))
    for name in NAMES
}


class City:
    """entries: bytes. The log's origin is any."""

    def __init__(self, entries, origin):
        self.entries, self.origin = list(entries), origin
        self.leaves = hashing.leaf_hashes(self.entries)
        self.log = keys.Signer(origin, keys.ED25519, seed("log"))

    @property
    def policy(self):
        lines = [f"log {keys.vkey(self.log.key)}"]
        lines += [f"witness {name} {keys.vkey(one.key)}" for name, one in WITNESSES.items()]
        lines += [f"group departments 5 {' '.join(NAMES)}", "quorum departments"]
        return ("\n".join(lines) + "\n").encode()

    def note(self, names=NAMES[:6]):
        text = Checkpoint(self.origin, len(self.leaves), hashing.root_of(self.leaves)).text
        lines = [self.log.sign(text), *(WITNESSES[name].sign(text, NOW - 60) for name in names)]
        return str(note.Note(text, tuple(lines)))

    def _tile(self, name):
        if name.level is None:
            return tiles.pack(self.entries[name.n * 256 : name.n * 256 + name.width])
        step, first = 256**name.level, name.n * 256
        return b"".join(
            hashing.root_of(self.leaves[i * step : (i + 1) * step])
            for i in range(first, first + name.width)
        )

    def write(self, folder, names=NAMES[:6]):
        """The files of the log; the folder."""
        size = len(self.leaves)
        for name in [*tiles.of_size(size), *tiles.bundles_of_size(size)]:
            path = folder / "tile" / name.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._tile(name))
        folder.mkdir(exist_ok=True)
        (folder / "checkpoint").write_text(self.note(names), "utf-8")
        (folder / "policy").write_bytes(self.policy)
        return folder


def entries_of_site():
    """The bytes of every entry that the site recorded."""
    rows = Entry.objects.order_by("index").values_list("fact__body", flat=True)
    return [bytes(one) for one in rows]


def edited(entry, **opened):
    """The entry with other open values; None takes one away."""
    value = json.loads(entry)
    value["open"] = {k: v for k, v in (value["open"] | opened).items() if v is not None}
    return canonical.encode(value)


def resigned(entries):
    """Each bulletin commits to the log as it now is: a liar who lies consistently."""
    found = []
    for entry in entries:
        value = json.loads(entry)
        if value["fact"] != "bulletin.published/1":
            found.append(entry)
            continue
        root = hashing.root_of(hashing.leaf_hashes(found[: value["open"]["log_size"]]))
        found.append(edited(entry, log_root=root.hex()))
    return found


def tree_values(leaves, lines=(1, 2, 3)):
    """n, sums and root of a tree over these leaves, as a bulletin states them."""
    root = build(lines, leaves)
    return {"n": root.n, "sums": list(root.sums), "tree_root": root.hash.hex()}


def leaves_of_log(entries, hour, size, scope="wuhan"):
    """Written again here, from the entries' open fields."""
    gifts, changed = {}, {}
    for index, entry in enumerate(entries[:size]):
        value = json.loads(entry)
        opened = value["open"]
        if opened.get("hour", "9") > hour:
            continue
        if value["fact"] == "test.received/1" and opened["raising"] == scope:
            leaf = Leaf(index, hashing.leaf_hash(entry), opened["line"], opened["fen"])
            gifts[value["id"]] = leaf
        elif value["fact"] == "test.adjusted/1":
            changed[opened["of"]] = changed.get(opened["of"], 0) + opened["fen"]
    return [one._replace(fen=one.fen + changed.get(ref, 0)) for ref, one in gifts.items()]


def places(value, way=()):
    """The way to every value that is no object or list."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from places(one, (*way, name))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from places(one, (*way, at))
    else:
        yield way


def other(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    at = len(value) // 2
    return value[:at] + ("A" if value[at] != "A" else "B") + value[at + 1 :]
