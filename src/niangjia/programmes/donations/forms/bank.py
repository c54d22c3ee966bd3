"""Forms of what came in: one line in detail, the account to give to, a roster."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.programmes.donations.forms.giving import (
    INPUT,
    NEEDED,
    PhoneField,
    YuanField,
    city_time,
    text,
)
from niangjia.programmes.donations.types import DirectionIn, DonorIn, LineIn, RosterIn

SELECT = {"class": "select"}


def count(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=1, widget=forms.NumberInput(attrs=INPUT)
    )


class LineForm(forms.Form):
    """What a line is, said by a person."""

    how = forms.ChoiceField(label=_("What this line is"), widget=forms.Select(attrs=SELECT))
    donor_kind = forms.ChoiceField(
        label=_("Who gave"),
        choices=[
            ("unit", _("A unit")),
            ("person", _("A person")),
            ("anonymous", _("A person who stays anonymous")),
        ],
        required=False,
        widget=forms.Select(attrs=SELECT),
    )
    name = text(_("Name of the unit or person"), 120, attrs={"data-personal": ""})
    uscc = text(_("Code of the unit"), 18)
    phone = PhoneField(_("Mobile number of the person"))
    n_people = count(_("How many people"))
    n_times = count(_("How many person-times"))
    beneficiary = text(_("Directed to (people)"), 120)
    area = text(_("Directed to (place)"), 120)
    use = text(_("Directed to (use)"), 200)
    reason = text(_("If it is no gift: what it is"), 200)

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["how"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        how = str(found.get("how", "")).partition(":")[0]
        if how == "gift" and found.get("donor_kind") != "anonymous" and not found.get("name"):
            self.add_error("name", NEEDED["required"])
        if how == "collection" and not found.get("n_people"):
            self.add_error("n_people", NEEDED["required"])
        if how == "other" and not found.get("reason"):
            self.add_error("reason", NEEDED["required"])
        return found

    def line(self, ref: str) -> LineIn:
        """What was filled in."""
        data = self.cleaned_data
        how, _sign, target = data["how"].partition(":")
        where = DirectionIn(data["beneficiary"], data["area"], data["use"])
        return LineIn(
            ref=ref,
            how=how,
            target=target,
            donor=self._donor() if how == "gift" else None,
            direction=where if any((where.beneficiary, where.area, where.use)) else None,
            n_people=data["n_people"] or 1,
            n_times=data["n_times"] or data["n_people"] or 1,
            reason=data["reason"],
        )

    def _donor(self) -> DonorIn | None:
        data = self.cleaned_data
        if data["donor_kind"] == "unit":
            return DonorIn("unit", data["name"], uscc=data["uscc"])
        if data["donor_kind"] == "person":
            return DonorIn("person", data["name"], data["phone"])
        return None


class AccountForm(forms.Form):
    """The account that donors are told to transfer to."""

    number = text(_("Account number"), 40, required=True, attrs={"inputmode": "numeric"})
    bank = text(_("Bank and branch"), 80, required=True)
    holder = text(_("Holder of the account"), 80, required=True)


class RosterForm(forms.Form):
    """A roster that the foundation brings for a unit."""

    raising = forms.ChoiceField(label=_("Raising"), widget=forms.Select(attrs=SELECT))
    unit_name = text(_("Unit that gave together"), 120, required=True)
    stated_fen = YuanField(_("Sum received (yuan)"), required=True)
    received_at = forms.DateTimeField(
        label=_("Arrived at"),
        required=False,
        widget=forms.DateTimeInput(
            attrs={**INPUT, "type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"
        ),
        input_formats=["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S"],
        help_text=_("Leave it empty if a line of a statement will say it."),
    )

    def __init__(self, *args: Any, raisings: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["raising"].choices = raisings  # type: ignore[attr-defined]

    def roster(self) -> RosterIn:
        """What was filled in."""
        data = self.cleaned_data
        at = data["received_at"]
        return RosterIn(data["unit_name"], data["stated_fen"], city_time(at) if at else None)


class UnitGiveForm(forms.Form):
    """A transfer that a unit announces."""

    key = forms.CharField(max_length=40, widget=forms.HiddenInput)
    raising = forms.ChoiceField(label=_("Raising"), widget=forms.Select(attrs=SELECT))
    fen = YuanField(_("Amount (yuan)"), required=True)
    people = forms.ChoiceField(
        label=_("Whose money it is"),
        choices=[
            ("unit", _("The unit's own")),
            ("people", _("Our people's, with a list of who gave")),
        ],
        widget=forms.Select(attrs=SELECT),
    )
    beneficiary = text(_("Directed to (people)"), 120)
    area = text(_("Directed to (place)"), 120)
    use = text(_("Directed to (use)"), 200)

    def __init__(self, *args: Any, raisings: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["raising"].choices = raisings  # type: ignore[attr-defined]

    def direction(self) -> DirectionIn | None:
        data = self.cleaned_data
        where = DirectionIn(data["beneficiary"], data["area"], data["use"])
        return where if any((where.beneficiary, where.area, where.use)) else None
