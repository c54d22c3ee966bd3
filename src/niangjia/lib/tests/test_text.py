from hypothesis import given
from hypothesis import strategies as st

from niangjia.lib import text


@given(st.text())
def test_cleaning_twice_is_cleaning_once(value):
    for clean in (text.fold_width, text.trim, text.fold_name):
        assert clean(clean(value)) == clean(value)


def test_width_blanks_and_case():
    assert text.fold_width("ＡＢｃ１２３，") == "ABc123，"
    assert text.trim("\u3000 两  个\u00a0词 \n") == "两 个 词"
    assert text.compact("产 地\n（省）") == "产地(省)"


@given(st.text(alphabet="（）() \u3000\u200b示例AaＡ1１&·-", max_size=30))
def test_a_name_is_one_name_under_any_width_and_blanks(value):
    folded = text.fold_name(value)
    wide = value.replace("(", "（").replace(")", "）").replace("A", "Ａ").replace(" ", "\u3000")
    assert text.fold_name(wide) == folded == text.fold_name(folded)
    assert "(" not in folded or folded.isascii()


def test_names_of_units():
    assert text.fold_name(" 示例 (北京)\u3000公司 ") == "示例（北京）公司"
    assert text.fold_name("ＡＣＭＥ（China）Ltd.") == "ACME (China) Ltd."
    assert text.fold_name("示例 A B 公司") == "示例A B公司"
    assert text.fold_name("\u200b \u3000") == ""
