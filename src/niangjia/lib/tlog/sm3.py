"""The tree of RFC 6962 with SM3 (GB/T 32905) in the place of SHA-256: leaves, nodes, frontier."""

from cryptography.hazmat.primitives import hashes

from niangjia.lib.tlog.hashing import Frontier


def sm3(data: bytes) -> bytes:
    """32 bytes."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def leaf_hash(data: bytes) -> bytes:
    """SM3(0x00 || data)."""
    return sm3(b"\x00" + data)


def node_hash(left: bytes, right: bytes) -> bytes:
    """SM3(0x01 || left || right)."""
    return sm3(b"\x01" + left + right)


class Sm3Frontier(Frontier):
    """The peaks of a tree over SM3."""

    _node = staticmethod(node_hash)
    _empty = sm3(b"")
