"""Errors that a person can act on; mapped once to HTTP status, form error and exit code."""

from typing import ClassVar


class DomainError(Exception):
    """A refusal in the user's words: what is wrong, where, what to do.

    message: translated text with named placeholders; params fill them. code: stable, for machines.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    exit_code: ClassVar[int] = 1

    def __init__(self, message: object = "", *, code: str | None = None, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.params = params
        if code is not None:
            self.code = code  # type: ignore[misc]

    def __str__(self) -> str:
        text = str(self.message)
        return text % self.params if self.params else text


class NotSignedIn(DomainError):
    code, status, exit_code = "not_signed_in", 401, 3


class Denied(DomainError):
    code, status, exit_code = "denied", 403, 3


class NotFound(DomainError):
    code, status, exit_code = "not_found", 404, 4


class Conflict(DomainError):
    code, status, exit_code = "conflict", 409, 5


class TooLarge(DomainError):
    code, status, exit_code = "too_large", 413, 6


class Invalid(DomainError):
    """Input that cannot be taken. fields: text per field name, for forms and JSON."""

    code, status, exit_code = "invalid", 422, 2

    def __init__(
        self,
        message: object = "",
        *,
        code: str | None = None,
        fields: dict[str, str] | None = None,
        **params: object,
    ) -> None:
        super().__init__(message, code=code, **params)
        self.fields = fields or {}


class Unavailable(DomainError):
    code, status, exit_code = "unavailable", 503, 7


class ProgrammingError(Exception):
    """A rule of the house was broken in code; never shown to users."""
