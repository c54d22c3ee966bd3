"""The operator's form: a new account."""

from django import forms
from django.utils.translation import gettext_lazy as _

from niangjia.core.actor import ROLES
from niangjia.ui.words import role_name

INPUT = {"class": "input"}
PLAIN = {**INPUT, "autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}


class AccountForm(forms.Form):
    """A new account with its first appointment."""

    username = forms.RegexField(
        r"^[a-z][a-z0-9._-]{1,59}\Z",
        label=_("Account"),
        help_text=_("What is typed to sign in: no personal data, such as “chaoyang-clerk1”."),
        widget=forms.TextInput(attrs=PLAIN),
        error_messages={
            "required": _("Type an account name."),
            "invalid": _("Small letters, digits, points and hyphens; a letter first."),
        },
    )
    person_name = forms.CharField(
        label=_("Name of the person"),
        max_length=60,
        help_text=_("Stands beside every decision; kept sealed."),
        widget=forms.TextInput(attrs={**INPUT, "autocomplete": "off"}),
        error_messages={"required": _("Type the person's name.")},
    )
    role = forms.ChoiceField(
        label=_("Role"),
        help_text=_("What the person may do. The city's office can give further appointments."),
        widget=forms.Select(attrs={"class": "select"}),
    )
    at = forms.CharField(
        label=_("Organisation"),
        max_length=120,
        help_text=_("Its code, or its whole name as registered."),
        widget=forms.TextInput(attrs=INPUT),
        error_messages={"required": _("Type the organisation's code or name.")},
    )

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["role"].choices = [(role, role_name(role)) for role in ROLES]  # type: ignore[attr-defined]
