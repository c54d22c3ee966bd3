"""Papers as PDF: a typst template filled with text as JSON, in a font that has Chinese."""

import json
from collections.abc import Mapping
from pathlib import Path

import typst
from django.utils.translation import gettext as _

from niangjia.core.errors import Unavailable

FONTS = ("Noto Sans CJK SC", "Source Han Sans SC", "SimSun", "Microsoft YaHei")


def pdf(template: Path, text: Mapping[str, object]) -> bytes:
    """The template as PDF; `sys.inputs.data` is the text as JSON.

    Raises Unavailable: no Chinese font on this machine.
    """
    families = {font.family for font in typst.Fonts().fonts()}
    if not families & set(FONTS):
        raise Unavailable(_("This server has no Chinese font for PDF. Ask the operator for one."))
    data = json.dumps(text, ensure_ascii=False)
    return bytes(typst.compile(template.read_bytes(), sys_inputs={"data": data}))
