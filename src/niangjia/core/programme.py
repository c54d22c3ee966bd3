"""How a room is plugged in: its config, menu, permissions; and ports that upper rooms fill."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar, Generic, TypeVar

from django.apps import AppConfig, apps
from django.utils.module_loading import module_has_submodule

from niangjia.core.actor import grant, grant_scope

T = TypeVar("T")


class Port(Generic[T]):
    """A need that core declares and an upper room fills once, wired by config."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._impl: T | None = None

    def provide(self, impl: T) -> None:
        self._impl = impl

    @property
    def impl(self) -> T:
        if self._impl is None:
            raise RuntimeError(f"nothing provides: {self.name}")
        return self._impl


# Modules of a room that declare something at start, in this order.
DECLARING = (
    "facts",
    "inbox",
    "services",
    "projections",
    "finding",
    "exporting",
    "outbox",
    "wiring",
)


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A line of the desk's side bar; shown to roles that hold `permission`."""

    title: object
    url_name: str
    icon: str
    permission: str
    order: int = 50


class RoomConfig(AppConfig):
    """Base of every room's AppConfig. grants: permission -> roles that hold it.

    scopes: scope of a key for programs -> permissions that it opens. public_menu: lines of the
    public pages' head, for everybody; their permission is empty.
    """

    default = False
    default_auto_field = "django.db.models.BigAutoField"
    grants: ClassVar[Mapping[str, frozenset[str]]] = {}
    scopes: ClassVar[Mapping[str, frozenset[str]]] = {}
    menu: ClassVar[tuple[MenuEntry, ...]] = ()
    public_menu: ClassVar[tuple[MenuEntry, ...]] = ()
    url_prefix: ClassVar[str | None] = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.default = True

    def ready(self) -> None:
        for part in DECLARING:
            if module_has_submodule(self.module, part):
                import_module(f"{self.name}.{part}")
        for permission, roles in self.grants.items():
            grant(permission, roles)
        for scope, permissions in self.scopes.items():
            grant_scope(scope, permissions)


def rooms() -> tuple[RoomConfig, ...]:
    """Installed rooms in the order of INSTALLED_APPS."""
    return tuple(config for config in apps.get_app_configs() if isinstance(config, RoomConfig))


def menu_for(role_may: Any) -> tuple[MenuEntry, ...]:
    """Menu entries whose permission `role_may(permission)` holds, in order."""
    entries = [entry for room in rooms() for entry in room.menu if role_may(entry.permission)]
    return tuple(sorted(entries, key=lambda entry: entry.order))


def public_menu() -> tuple[MenuEntry, ...]:
    """What programmes put into the head of public pages, in order."""
    entries = [entry for room in rooms() for entry in room.public_menu]
    return tuple(sorted(entries, key=lambda entry: entry.order))
