"""Forms of orgs: signing in, choosing a hat."""

from django import forms
from django.utils.translation import gettext_lazy as _


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
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "current-password"}),
        error_messages={"required": _("Type your password.")},
    )


class HatForm(forms.Form):
    """Which appointment to act under."""

    appointment = forms.IntegerField(min_value=1)
