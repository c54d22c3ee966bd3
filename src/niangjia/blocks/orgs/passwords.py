"""Whether a password will do, in our own words."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from niangjia.blocks.orgs.models import Login
from niangjia.core.errors import Invalid

WORDS = {
    "password_too_short": gettext_lazy("It is too short: at least 8 characters."),
    "password_too_common": gettext_lazy("It is one that many people use. Choose another."),
    "password_entirely_numeric": gettext_lazy("It has digits only. Add letters or words."),
    "password_too_similar": gettext_lazy("It is too like the account name. Choose another."),
}


def refuse_weak(password: str, login: Login) -> None:
    """Invalid, with all that is wrong, if the password is too weak for the account."""
    try:
        validate_password(password, login)
    except ValidationError as error:
        codes = [one.code or "" for one in error.error_list]
        text = " ".join(
            str(WORDS.get(code, _("It is too weak. Choose another."))) for code in codes
        )
        raise Invalid(text, code="password_weak", fields={"password": text}) from error
