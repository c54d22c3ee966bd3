"""Did this key sign more than its state knows? The log has kept what it was given."""

from niangjia.lib.tlog import checkpoint, note
from niangjia.witness.identity import Identity
from niangjia.witness.rules import Known, Tree
from niangjia.witness.state import Unusable


def check(served: bytes, origin: str, identity: Identity, known: Known) -> None:
    """Passes unless the log serves a cosignature of this key that the state does not know.

    Raises BadNote (not a checkpoint, or a false line of ours) and Unusable.
    """
    found = note.parse(served)
    head = checkpoint.of_note(found)
    try:
        lines = note.verified(found, [one.key for one in identity.signers])
    except note.Unsigned:
        return
    tree = known.trees.get(head.origin, Tree())
    later = any(line.at is not None and line.at > known.last_at for line in lines)
    other = head.size == tree.size and head.root != tree.root
    if head.origin != origin or head.size > tree.size or other or later:
        raise Unusable("the log has a cosignature of this key that its state does not know")
