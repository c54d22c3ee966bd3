"""Tags of the hall: `{% asset %}`, `{% icon %}`, `{% figure %}`, `{% table %}`, `{% chart %}`."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from niangjia.ui.icons import ICONS
from niangjia.ui.parts import Bars, DistrictMap, Figure, Flow, Table

register = template.Library()
MANIFEST = Path(__file__).parent.parent / "static" / "ui" / "build" / "manifest.json"
_ICON = '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>'


@lru_cache(maxsize=1)
def manifest() -> dict[str, str]:
    """Digest of each built file; empty before `npm run build` ran."""
    if not MANIFEST.exists():
        return {}
    found: dict[str, str] = json.loads(MANIFEST.read_text("utf-8"))
    return found


@register.simple_tag
def asset(name: str) -> str:
    """Address of a built file; changes with its content."""
    return f"{static('ui/build/' + name)}?v={manifest().get(name, '0')}"


@register.simple_tag
@lru_cache(maxsize=64)
def icon(name: str) -> SafeString:
    """An icon without a name of its own: the text beside it says what it is."""
    return format_html(_ICON, SafeString(ICONS[name]))


@register.inclusion_tag("ui/parts/figure.html")
def figure(value: Figure, level: int = 2) -> dict[str, Any]:
    return {"figure": value, "level": level}


@register.inclusion_tag("ui/parts/table.html")
def table(value: Table) -> dict[str, Any]:
    return {"table": value}


@register.inclusion_tag("ui/parts/chart.html")
def chart(value: Bars | DistrictMap | Flow) -> dict[str, Any]:
    return {"chart": value, "is_map": isinstance(value, DistrictMap)}


@register.inclusion_tag("ui/parts/field.html")
def field(value: BoundField, why: str = "") -> dict[str, Any]:
    """A form field with its label, why it is asked (its help text), and its error."""
    return {"field": value, "why": why or value.help_text}
