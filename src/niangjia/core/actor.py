"""Who acts: one person under one hat (role at an organisation), or the system by name."""

from dataclasses import dataclass

ROLES = (
    "clerk",
    "checker",
    "head",
    "canteen",
    "reviewer",
    "supplier",
    "district",
    "city",
    "auditor",
    "secrecy",
    "leader",
    "foundation",
    "treasurer",
    "member",
    "operator",
)

_grants: dict[str, frozenset[str]] = {}
_scopes: dict[str, frozenset[str]] = {}


def grant(permission: str, roles: frozenset[str]) -> None:
    """Make `permission` held by `roles`; a permission is declared by exactly one room."""
    unknown = roles - set(ROLES)
    if unknown:
        raise ValueError(f"unknown roles {sorted(unknown)} for {permission}")
    if _grants.get(permission, roles) != roles:
        raise ValueError(f"permission {permission} is declared twice")
    _grants[permission] = roles


def grant_scope(scope: str, permissions: frozenset[str]) -> None:
    """Let keys with `scope` use these permissions too; several rooms add to one scope."""
    _scopes[scope] = _scopes.get(scope, frozenset()) | permissions


def declared_scopes() -> dict[str, frozenset[str]]:
    """Every scope that a key for programs can have, with the permissions it opens."""
    return dict(_scopes)


def declared_permissions() -> dict[str, frozenset[str]]:
    """Every permission that a room declared, with the roles that hold it."""
    return dict(_grants)


@dataclass(frozen=True, slots=True)
class Actor:
    """person_ref and organisation_ref are the random public ids that sealed fields may carry.

    covers: (organisation id, role) of hats that the person wears for somebody else today. only:
    permissions that the key in use opens; None: no key, all that the hat holds.
    """

    name: str
    role: str = ""
    login_id: int | None = None
    person_ref: str = ""
    organisation_id: int | None = None
    organisation_ref: str = ""
    organisation_name: str = ""
    covers: tuple[tuple[int, str], ...] = ()
    system: bool = False
    only: frozenset[str] | None = None

    @property
    def signed_in(self) -> bool:
        return self.system or self.login_id is not None

    def may(self, permission: str) -> bool:
        """True if the actor's hat holds the permission; the system holds all that are declared."""
        if permission not in _grants:
            return False
        if self.only is not None and permission not in self.only:
            return False
        return self.system or (self.signed_in and self.role in _grants[permission])


ANONYMOUS = Actor(name="")


def system_actor(name: str) -> Actor:
    """The system under a name: what a command or the worker does by itself."""
    return Actor(name=name, system=True)
