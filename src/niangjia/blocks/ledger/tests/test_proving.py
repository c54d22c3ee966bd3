"""What other rooms build proofs of: signed sizes only, and nothing that is not served."""

import pytest

from niangjia.blocks.ledger import cosigning, opening, policies, proving
from niangjia.blocks.ledger.tests.test_ledger import fact, record, sequence
from niangjia.blocks.ledger.tests.test_serving import _some_policy
from niangjia.core.errors import Conflict, NotFound
from niangjia.lib.tlog import checkpoint, hashing, note, policy
from niangjia.lib.tlog.proofs import check_inclusion

pytestmark = [pytest.mark.django_db(databases=["default", "keys"]), pytest.mark.both]


def test_only_sizes_at_which_the_log_signed_have_a_root():
    assert proving.signed_root(0) is None and proving.served_size() == 0
    record(fact(1), fact(2))
    sequence()
    record(fact(3))
    sequence()
    found = proving.signed_root(2)
    log = opening.newest_log()
    assert (found.origin, found.first, found.size) == (log.origin, 0, 2)
    assert proving.signed_root(3).root == bytes(cosigning.newest_checkpoint(log).root)
    assert proving.signed_root(1) is None and proving.signed_root(4) is None
    assert proving.served_size() == 3


def test_open_entries_show_open_fields_of_some_kinds_below_a_size():
    refs = record(*(fact(n) for n in range(5)))
    sequence()
    found = list(proving.open_entries({"test.happened/1"}, 3))
    assert [(one.index, one.ref) for one in found] == list(enumerate(refs[:3]))
    assert found[0].opened == {"month": "2020-03"} and len(found[0].leaf_hash) == 32
    assert list(proving.open_entries({"test.other/1"}, 5)) == []


def test_entries_are_proven_under_one_checkpoint_in_the_order_asked_for():
    refs = record(*(fact(n) for n in range(300)))
    sequence()
    found = proving.entries_proven([refs[299], refs[0]])
    head = checkpoint.of_note(note.parse(found.checkpoint.encode()))
    assert [one.index for one in found.entries] == [299, 0] and head.size == 300
    for one in found.entries:
        leaf = hashing.leaf_hash(one.body)
        check_inclusion(leaf, one.index, head.size, one.hashes, head.root)
    assert proving.site_index(refs[299]) == 299 and proving.site_index("0" * 32) is None


def test_what_is_not_in_the_log_or_not_served_is_not_proven():
    (first,) = record(fact(1))
    with pytest.raises(NotFound):
        proving.entries_proven([first])
    sequence()
    # given a checkpoint that was signed but waits for its witnesses
    (second,) = record(fact(2))
    asked = policies.InForce(1, policy.parse(_some_policy(opening.newest_log())))
    kept, policies.NONE = policies.NONE, asked
    try:
        sequence()
    finally:
        policies.NONE = kept
    assert proving.served_size() == 1 and proving.signed_root(2) is not None
    with pytest.raises(Conflict) as caught:
        proving.entries_proven([first, second])
    assert caught.value.code == "not_served"
    assert len(proving.entries_proven([first]).entries) == 1
