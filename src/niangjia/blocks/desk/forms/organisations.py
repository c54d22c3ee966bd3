"""Forms of the register: its filters, and one form per action."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.orgs.public import STATES, OrgFilters
from niangjia.core import clock

INPUT = {"class": "input"}
CODE = {"class": "input", "autocapitalize": "characters", "spellcheck": "false", "maxlength": "24"}
LONGEST = {"text": 100, "category": 12, "district": 12, "line": 20}
Choices = Sequence[tuple[str, object]]


class RegisterFiltersForm(forms.Form):
    """Reads the list's address; what cannot be read is left out."""

    def filters(self) -> OrgFilters:
        """Every filter that can be read."""
        texts = {
            name: self.data.get(name, "").replace("\0", "").strip()[:most]
            for name, most in LONGEST.items()
        }
        state = self.data.get("state", "")
        return OrgFilters(**texts, state=state if state in STATES else "in_force")


def _text(label: object, length: int, **more: Any) -> forms.CharField:
    widget = forms.TextInput(attrs=more.pop("attrs", INPUT))
    return forms.CharField(label=label, max_length=length, widget=widget, **more)  # type: ignore[arg-type]


def _day(label: object, help_text: object) -> forms.DateField:
    return forms.DateField(
        label=label,  # type: ignore[arg-type]
        help_text=help_text,  # type: ignore[arg-type]
        initial=clock.city_today,
        widget=forms.DateInput(attrs={**INPUT, "type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Choose the day."),
            "invalid": _("Write the date as 2020-03-16."),
        },
    )


def _choice(label: object, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,  # type: ignore[arg-type]
        widget=forms.Select(attrs={"class": "select"}),
        error_messages={
            "required": _("Choose from the list."),
            "invalid_choice": _("Choose from the list."),
        },
        **more,
    )


class ReasonForm(forms.Form):
    """Why; the base of every action."""

    reason = _text(
        _("Reason"),
        500,
        help_text=_("Such as the document that decided it. It stays in the log for ever."),
        error_messages={"required": _("Say why, in a few words.")},
    )

    def take(self, fields: dict[str, str], text: str) -> None:
        """What a service refused stands beside its field, or above the form."""
        known = {name: said for name, said in fields.items() if name in self.fields}
        for name, said in known.items():
            self.add_error(name, said)
        if not known:
            self.add_error(None, text)


class SeenForm(ReasonForm):
    """An action on something that another may change meanwhile. was: how the actor saw it."""

    was = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_was(self) -> str | None:
        """None where the page did not say it; empty for nothing."""
        return self.cleaned_data["was"] if "was" in self.data else None


class RenameForm(SeenForm):
    """A new name from a day."""

    name = _text(
        _("New name"),
        120,
        help_text=_("In full, as on the certificate."),
        error_messages={"required": _("Write the new name in full.")},
    )
    since = _day(_("From"), _("The first day of the new name."))
    field_order = ("name", "since", "reason")


class CodeForm(SeenForm):
    """The right code."""

    uscc = _text(
        _("Unified social credit code"),
        24,
        attrs=CODE,
        help_text=_("18 characters, as on the certificate."),
        error_messages={"required": _("Write the code.")},
    )
    field_order = ("uscc", "reason")


class MoveForm(SeenForm):
    """Where it stands in one tree from a day."""

    parent_ref = _choice(_("Stands below"), required=False)
    since = _day(_("From"), _("Records of earlier days stay where they were counted."))
    field_order = ("parent_ref", "since", "reason")

    def __init__(self, *args: Any, places: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent_ref"].choices = [("", _("nowhere yet")), *places]  # type: ignore[attr-defined]

    def take(self, fields: dict[str, str], text: str) -> None:
        super().take({"parent_ref" if k == "parent" else k: v for k, v in fields.items()}, text)


class CloseForm(ReasonForm):
    """Its last day."""

    last_day = _day(_("Last day"), _("It reports no period that begins later."))
    field_order = ("last_day", "reason")


class LeaderForm(ReasonForm):
    """Who takes whose place, from when."""

    role = _choice(_("Whose place"))
    username = _text(
        _("Account of the next one"),
        60,
        attrs={**INPUT, "autocapitalize": "none", "spellcheck": "false"},
        help_text=_("The account name; it must be there already."),
        error_messages={"required": _("Type the account name.")},
    )
    since = _day(_("From"), _("The day before is the last one of whoever holds it now."))
    field_order = ("role", "username", "since", "reason")

    def __init__(self, *args: Any, roles: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = list(roles)  # type: ignore[attr-defined]


class PlacedForm(forms.Form):
    """An organisation as registered: name, code, places."""

    name = _text(
        _("Name"),
        120,
        help_text=_("In full, as on the certificate."),
        error_messages={"required": _("Write the name in full.")},
    )
    uscc = _text(
        _("Unified social credit code"),
        24,
        attrs=CODE,
        required=False,
        help_text=_("18 characters, as on the certificate. May stay empty if there is none."),
    )
    territory_ref = _choice(_("District or street"), required=False)
    line_ref = _choice(_("System"), required=False)

    def __init__(self, *args: Any, territory: Choices, line: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, listed in (("territory_ref", territory), ("line_ref", line)):
            self.fields[name].choices = [("", _("nowhere yet")), *listed]  # type: ignore[attr-defined]

    def take(self, fields: dict[str, str], text: str) -> None:
        """What a service refused stands beside its field, or above the form."""
        at = {"territory_ref" if k == "parent" else k: v for k, v in fields.items()}
        known = {name: said for name, said in at.items() if name in self.fields}
        for name, said in known.items():
            self.add_error(name, said)
        if not known:
            self.add_error(None, text)


class NewForm(PlacedForm):
    """An organisation registered by hand."""

    category = _choice(
        _("What it is"), choices=[("buyer", _("Buying unit")), ("supplier", _("Supplier"))]
    )
    kind = _text(
        _("Kind of organisation"),
        20,
        required=False,
        help_text=_("Such as union, school, hospital, company."),
    )
    field_order = ("category", "name", "uscc", "kind", "territory_ref", "line_ref")
