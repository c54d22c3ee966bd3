"""ZIP files of any shape, field by field: what a hostile hand can write."""

import struct
from zlib import crc32

LOCAL = struct.Struct("<IHHHHHIIIHH")
ENTRY = struct.Struct("<IHHHHHHIIIHHHHHII")
END = struct.Struct("<IHHHHIIH")
FIELDS = ("needs", "flags", "method", "time", "date", "crc", "packed", "size")
PLAIN = dict(zip(FIELDS, (10, 0, 0, 0, 33, 0, 0, 0), strict=True))


def item(name, data):
    """A member with its two headers, to be changed at will before `join`."""
    raw = name if isinstance(name, bytes) else name.encode("utf-8")
    facts = {**PLAIN, "crc": crc32(data), "packed": len(data), "size": len(data)}
    shared = {"name": raw, "extra": b"", **facts}
    entry = {**shared, "made": 20, "comment": b"", "disk": 0, "internal": 0, "external": 0}
    return {"data": data, "after": b"", "local": dict(shared), "entry": {**entry, "shift": 0}}


def _local(one):
    facts = [one[name] for name in FIELDS]
    head = LOCAL.pack(0x04034B50, *facts, len(one["name"]), len(one["extra"]))
    return head + one["name"] + one["extra"]


def _entry(one, offset):
    lengths = [len(one[name]) for name in ("name", "extra", "comment")]
    rest = [one["disk"], one["internal"], one["external"], offset + one["shift"]]
    facts = [one[name] for name in FIELDS]
    head = ENTRY.pack(0x02014B50, one["made"], *facts, *lengths, *rest)
    return head + one["name"] + one["extra"] + one["comment"]


def join(items, *, order=None, gap=b"", comment=b"", end=None):
    """The file. order: of the directory, if it is another than that of the members."""
    found, offsets = b"", []
    for one in items:
        offsets.append(len(found))
        found += _local(one["local"]) + one["data"] + one["after"]
    start = len(found) + len(gap)
    places = range(len(items)) if order is None else order
    listing = b"".join(_entry(items[i]["entry"], offsets[i]) for i in places)
    facts = {"disk": 0, "first": 0, "n": len(places), "all": len(places)}
    facts |= {"size": len(listing), "start": start, **(end or {})}
    tail = END.pack(0x06054B50, *facts.values(), len(comment)) + comment
    return found + gap + listing + tail


def read(data):
    """[(name, bytes)] of a plain pack, in order."""
    found, at = [], 0
    while data[at : at + 4] == b"PK\x03\x04":
        size, n = struct.unpack_from("<IH", data, at + 22)
        begin = at + LOCAL.size + n
        found.append((data[at + LOCAL.size : begin].decode(), data[begin : begin + size]))
        at = begin + size
    return found
