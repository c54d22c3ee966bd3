"""Forms of orgs: signing in, choosing a hat, leave, ways in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

NEW = {"class": "input", "autocomplete": "new-password"}


def password_field() -> forms.CharField:
    """One's own password, as typed."""
    return forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "current-password"}),
        error_messages={"required": _("Type your password.")},
    )


class SignInForm(forms.Form):
    """Account and password as typed; nothing is checked here but that both are there."""

    username = forms.CharField(
        label=_("Account"),
        max_length=60,
        help_text=_("The name that your unit's administrator gave you, such as “clerk”."),
        widget=forms.TextInput(
            attrs={
                "class": "input",
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": _("Type your account name.")},
    )
    password = password_field()


class PasswordForm(forms.Form):
    """The password once more."""

    password = password_field()


class NewPasswordForm(forms.Form):
    """A new password, twice."""

    password = forms.CharField(
        label=_("A new password"),
        max_length=200,
        strip=False,
        help_text=_("At least 8 characters; a short sentence is best."),
        widget=forms.PasswordInput(attrs=NEW),
        error_messages={"required": _("Type the new password.")},
    )
    again = forms.CharField(
        label=_("The new password once more"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs=NEW),
        error_messages={"required": _("Type the new password once more.")},
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if {"password", "again"} <= found.keys() and found["password"] != found["again"]:
            self.add_error("again", _("The two are not the same. Type the new one again."))
        return found


class ChangePasswordForm(NewPasswordForm):
    """The password one has, and a new one, twice."""

    old = password_field()
    field_order = ("old", "password", "again")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["old"].label = _("Your password now")


class HatForm(forms.Form):
    """Which appointment to act under."""

    appointment = forms.IntegerField(min_value=1)


INPUT = {"class": "input"}
CODE = {
    "class": "input",
    "inputmode": "numeric",
    "autocomplete": "one-time-code",
    "maxlength": "9",
}


class CodeForm(forms.Form):
    """The six digits that an authenticator app shows."""

    code = forms.CharField(
        label=_("Code of the app"),
        max_length=9,
        help_text=_("Six digits, new every 30 seconds."),
        widget=forms.TextInput(attrs=CODE),
        error_messages={"required": _("Type the six digits.")},
    )


class TotpForm(CodeForm):
    """A new authenticator app."""

    title = forms.CharField(
        label=_("Name"),
        max_length=60,
        required=False,
        help_text=_("Such as “work phone”. May stay empty."),
        widget=forms.TextInput(attrs=INPUT),
    )


class LeaveForm(forms.Form):
    """Who stands in for which of my appointments, on which days."""

    appointment = forms.ChoiceField(
        label=_("Appointment"), widget=forms.Select(attrs={"class": "select"})
    )
    deputy = forms.CharField(
        label=_("Deputy's account"),
        max_length=60,
        help_text=_("The account name of who stands in. Ask your colleague for it."),
        widget=forms.TextInput(attrs={**INPUT, "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Type the account name of your deputy.")},
    )
    first = forms.DateField(
        label=_("From"),
        widget=forms.DateInput(attrs={**INPUT, "type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Choose the first day."),
            "invalid": _("Write the date as 2020-03-16."),
        },
    )
    last = forms.DateField(
        label=_("Until (last day)"),
        widget=forms.DateInput(attrs={**INPUT, "type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Choose the last day."),
            "invalid": _("Write the date as 2020-03-16."),
        },
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=100,
        required=False,
        help_text=_("Such as leave or a business trip. Nothing personal."),
        widget=forms.TextInput(attrs=INPUT),
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["appointment"].choices = choices  # type: ignore[attr-defined]


class KeyForm(forms.Form):
    """A key for a program."""

    title = forms.CharField(
        label=_("For which program"),
        max_length=60,
        widget=forms.TextInput(attrs=INPUT),
        error_messages={"required": _("Say which program it is for.")},
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checkbox"}),
        error_messages={"required": _("Choose at least one thing that it may do.")},
    )
    days = forms.IntegerField(
        label=_("Valid for (days)"),
        min_value=1,
        max_value=366,
        initial=90,
        widget=forms.TextInput(attrs={**INPUT, "inputmode": "numeric"}),
        error_messages={
            "required": _("Between 1 and 366 days."),
            "invalid": _("Between 1 and 366 days."),
            "min_value": _("Between 1 and 366 days."),
            "max_value": _("Between 1 and 366 days."),
        },
    )

    def __init__(self, *args: Any, choices: list[tuple[str, object]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = choices  # type: ignore[attr-defined]
