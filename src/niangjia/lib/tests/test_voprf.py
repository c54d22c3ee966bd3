"""Pseudonyms by a blind evaluation, against the vectors of RFC 9497, A.1.2 (VOPRF mode)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from niangjia.lib import voprf

KEY = bytes.fromhex("e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd909")
PUBLIC = bytes.fromhex("c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e")
BLIND = bytes.fromhex("64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706")
PROOF_SCALAR = bytes.fromhex("222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e")
BLINDED = "863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945"
EVALUATED = "aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e"
PROOF = (
    "ddef93772692e535d1a53903db24367355cc2cc78de93b3be5a8ffcc6985dd06"
    "6d4346421d17bf5117a2a1ff0fcb2a759f58a539dfbe857a40bce4cf49ec600d"
)
OUTPUT = (
    "b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7d"
    "a4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c"
)


def test_the_vector_of_the_standard():
    assert voprf.public_key(KEY) == PUBLIC
    asked = voprf.blind(b"\x00", BLIND)
    assert asked.element.hex() == BLINDED
    found = voprf.evaluate(KEY, [asked.element], PROOF_SCALAR)
    assert found.elements[0].hex() == EVALUATED
    assert found.proof.hex() == PROOF
    assert voprf.finish(PUBLIC, [asked], found)[0].hex() == OUTPUT


@settings(max_examples=20, deadline=None)
@given(st.lists(st.binary(max_size=60), min_size=1, max_size=5))
def test_the_same_input_has_the_same_output_however_it_was_blinded(inputs):
    def once():
        asked = [voprf.blind(one) for one in inputs]
        found = voprf.evaluate(KEY, [one.element for one in asked])
        return [one.element for one in asked], voprf.finish(PUBLIC, asked, found)

    (sent, first), (sent_again, second) = once(), once()
    assert first == second
    assert not set(sent) & set(sent_again)
    assert len(set(first)) == len(set(inputs))


def test_another_key_is_seen_through():
    asked = [voprf.blind(b"a"), voprf.blind(b"b")]
    other = voprf.new_key()
    found = voprf.evaluate(other, [one.element for one in asked])
    with pytest.raises(voprf.Bad, match="another key"):
        voprf.finish(PUBLIC, asked, found)
    assert len(voprf.finish(voprf.public_key(other), asked, found)) == 2


def test_one_swapped_element_spoils_the_batch():
    asked = [voprf.blind(b"a"), voprf.blind(b"b")]
    found = voprf.evaluate(KEY, [one.element for one in asked])
    swapped = voprf.Evaluated(found.elements[::-1], found.proof)
    with pytest.raises(voprf.Bad):
        voprf.finish(PUBLIC, asked, swapped)


@pytest.mark.parametrize("bad", [b"", bytes(32), b"\xff" * 32, b"x" * 31, b"x" * 33])
def test_what_is_no_element_is_refused_on_both_sides(bad):
    asked = [voprf.blind(b"a")]
    with pytest.raises(voprf.Bad):
        voprf.evaluate(KEY, [bad])
    proof = voprf.evaluate(KEY, [asked[0].element]).proof
    with pytest.raises(voprf.Bad):
        voprf.finish(PUBLIC, asked, voprf.Evaluated((bad,), proof))
    with pytest.raises(voprf.Bad):
        voprf.finish(bad, asked, voprf.evaluate(KEY, [asked[0].element]))


@pytest.mark.parametrize("proof", [b"", bytes(64), b"\xff" * 64, b"x" * 63])
def test_a_proof_that_is_none_is_refused(proof):
    asked = [voprf.blind(b"a")]
    found = voprf.evaluate(KEY, [asked[0].element])
    with pytest.raises(voprf.Bad):
        voprf.finish(PUBLIC, asked, voprf.Evaluated(found.elements, proof))


def test_a_batch_has_a_limit():
    with pytest.raises(voprf.Bad):
        voprf.evaluate(KEY, [])
    with pytest.raises(voprf.Bad):
        voprf.evaluate(KEY, [voprf.blind(b"a").element] * (voprf.MAX_BATCH + 1))
