"""Tricks with the ZIP: kind -> (code, what it does). Each returns the file."""

import struct
import zlib

from tests.verify import raw_zip

KINDS = {}


def kind(code):
    def keep(mutate):
        KINDS["zip: " + mutate.__name__.replace("_", " ")] = (code, mutate)
        return mutate

    return keep


def _one(draft, rng):
    items = draft.items()
    return items, rng.choice(items)


def _fields(code, where, name, values):
    """Another value in one field of one header."""

    def mutate(draft, rng):
        items, one = _one(draft, rng)
        one[where][name] = rng.choice(values)
        return raw_zip.join(items)

    mutate.__name__ = f"{where}_{name}"
    kind(code)(mutate)


for _name, _values in {
    "needs": [0, 20, 45],
    "flags": [1, 2, 8, 0x800, 0x2000],
    "method": [8, 9, 12, 93, 99],
    "time": [1, 0x6000],
    "date": [0, 34, 0x5000],
    "extra": [b"\x01\0\0\0", b"\x75\x70\x01\0x", b"x"],
    "packed": [0, 0xFFFFFFFF],
}.items():
    _fields("zip_header", "local", _name, _values)
    _fields("zip_directory", "entry", _name, _values)
_fields("zip_header", "local", "crc", [0, 1])
_fields("zip_header", "local", "size", [0, 0xFFFFFFFF, 0x7FFFFFFF])
_fields("zip_header", "local", "name", [b"policy2", b"POLICY", b"x" * 300, b""])
for _name, _values in {
    "made": [0, 0x0314, 21],
    "comment": [b"c", b"PK\x05\x06"],
    "disk": [1, 0xFFFF],
    "internal": [1],
    "external": [0o100644 << 16, 16],
    "shift": [1, 30],
}.items():
    _fields("zip_directory", "entry", _name, _values)


@kind("zip_header")
def huge_size_claimed_twice(draft, rng):
    items, one = _one(draft, rng)
    for where in ("local", "entry"):
        one[where].update(packed=0xFFFFFFFF, size=0xFFFFFFFF)
    return raw_zip.join(items)


@kind("zip_crc")
def crc_wrong_in_both(draft, rng):
    items, one = _one(draft, rng)
    bit = 1 << rng.randrange(32)
    for where in ("local", "entry"):
        one[where]["crc"] ^= bit
    return raw_zip.join(items)


@kind("zip_crc")
def byte_changed_in_a_member(draft, rng):
    items = draft.items()
    one = rng.choice([one for one in items if one["data"]])
    at = rng.randrange(len(one["data"]))
    data = bytearray(one["data"])
    data[at] ^= 1 << rng.randrange(8)
    one["data"] = bytes(data)
    return raw_zip.join(items)


@kind("zip_directory")
def compressed_member(draft, rng):
    items, one = _one(draft, rng)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    one["data"] = packer.compress(one["data"]) + packer.flush()
    one["local"].update(method=8, packed=len(one["data"]))
    one["entry"].update(packed=len(one["data"]))
    return raw_zip.join(items)


@kind("zip_directory")
def compressed_member_in_both_headers(draft, rng):
    items, one = _one(draft, rng)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    one["data"] = packer.compress(one["data"]) + packer.flush()
    for where in ("local", "entry"):
        one[where].update(method=8, packed=len(one["data"]))
    return raw_zip.join(items)


@kind("zip_directory")
def data_descriptor(draft, rng):
    items, one = _one(draft, rng)
    facts = one["local"]
    one["after"] = struct.pack("<IIII", 0x08074B50, facts["crc"], facts["size"], facts["size"])
    for where in ("local", "entry"):
        one[where]["flags"] = 8
    one["local"].update(crc=0, size=0, packed=0)
    return raw_zip.join(items)


@kind("zip_directory")
def bytes_between_members(draft, rng):
    items = draft.items()
    rng.choice(items[:-1])["after"] = b"hidden"
    return raw_zip.join(items)


@kind("zip_gap")
def bytes_before_the_directory(draft, _rng):
    return raw_zip.join(draft.items(), gap=b"x")


@kind("zip_gap")
def member_that_is_not_in_the_directory(draft, _rng):
    items = [*draft.items(), raw_zip.item("hidden", b"hidden")]
    return raw_zip.join(items, order=range(len(items) - 1))


@kind("zip_end")
def bytes_before_the_file(draft, rng):
    return rng.choice([b"x", b"#!/bin/sh\n", b"PK\x03\x04"]) + draft.bytes()


@kind("zip_end")
def bytes_after_the_file(draft, rng):
    return draft.bytes() + rng.choice([b"\0", b"\n", b"x" * 70])


@kind("zip_end")
def comment_of_the_archive(draft, rng):
    inner = raw_zip.join(draft.items()[:3])
    return raw_zip.join(draft.items(), comment=rng.choice([b"c", inner]))


@kind("zip_end")
def cut_off(draft, rng):
    data = draft.bytes()
    return data[: rng.randrange(len(data))]


@kind("zip_end")
def pack_behind_a_pack(draft, _rng):
    return draft.bytes() + draft.bytes()


@kind("zip_end")
def end_record_of_zip64(draft, _rng):
    return raw_zip.join(draft.items(), end={"n": 0xFFFF, "all": 0xFFFF})


@kind("zip_end")
def end_record_with_disks(draft, rng):
    return raw_zip.join(draft.items(), end={rng.choice(["disk", "first", "n"]): 1})


@kind("zip_directory")
def end_record_that_counts_fewer(draft, _rng):
    n = len(draft.items()) - 1
    return raw_zip.join(draft.items(), end={"n": n, "all": n})


@kind("zip_directory")
def end_record_that_counts_more(draft, _rng):
    n = len(draft.items()) + 1
    return raw_zip.join(draft.items(), end={"n": n, "all": n})


@kind("zip_directory")
def directory_in_another_order(draft, rng):
    items = draft.items()
    order = list(range(len(items)))
    i, j = sorted(rng.sample(order, 2))
    order[i], order[j] = order[j], order[i]
    return raw_zip.join(items, order=order)


@kind("zip_duplicate")
def member_twice(draft, rng):
    items = draft.items()
    name = rng.choice(items)["local"]["name"]
    return raw_zip.join([*items, raw_zip.item(name, b"another")])


@kind("zip_duplicate")
def directory_names_a_member_twice(draft, rng):
    items = draft.items()
    return raw_zip.join(items, order=[*range(len(items) - 1), rng.randrange(len(items) - 1)])


BAD_NAMES = ("../x", "../../etc/passwd", "/x", "a/../b", "a/./b", ".", "..", "a//b", "a/", "A")
MORE_BAD_NAMES = ("Policy", "readme.TXT", "a\\b", "c:/x", "a\0b", "é", "a%b", "readme.txt/")


@kind("zip_name")
def forbidden_name(draft, rng):
    name = rng.choice([*BAD_NAMES, *MORE_BAD_NAMES, "a b", "", "x" * 201, b"\xff\xfe", "policy\n"])
    return raw_zip.join([*draft.items(), raw_zip.item(name, b"x")])


@kind("zip_end")
def bit_in_the_end_record(draft, rng):
    data = bytearray(draft.bytes())
    at = len(data) - rng.choice([*range(1, 3), *range(13, 23)])
    data[at] ^= 1 << rng.randrange(8)
    return bytes(data)


@kind(None)
def any_bit(draft, rng):
    data = bytearray(draft.bytes())
    for _ in range(rng.choice([1, 1, 1, 2, 8])):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


@kind(None)
def any_bytes(draft, rng):
    data = draft.bytes()
    i, j = sorted(rng.randrange(len(data)) for _ in range(2))
    return rng.choice([data[:i] + data[j:], data[:j] + data[i:], data[i:j], data[j:] + data[:i]])
