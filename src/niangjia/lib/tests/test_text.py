from hypothesis import given
from hypothesis import strategies as st

from niangjia.lib import text


@given(st.text())
def test_cleaning_twice_is_cleaning_once(value):
    for clean in (text.fold_width, text.trim):
        assert clean(clean(value)) == clean(value)


def test_width_blanks_and_case():
    assert text.fold_width("ＡＢｃ１２３，") == "ABc123，"
    assert text.trim("\u3000 两  个\u00a0词 \n") == "两 个 词"
    assert text.compact("产 地\n（省）") == "产地(省)"
