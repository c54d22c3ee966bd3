"""Keys live in a database of their own, so that erasing one erases what it sealed for good."""

from typing import Any

KEYS = "keys"
KEY_MODELS = frozenset({"sealkey"})


class KeysRouter:
    """Sends `core.SealKey` to the alias `keys` and everything else to `default`."""

    @staticmethod
    def _is_key(model: Any) -> bool:
        return model._meta.app_label == "core" and model._meta.model_name in KEY_MODELS

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return KEYS if self._is_key(model) else None

    db_for_write = db_for_read

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool | None:
        return self._is_key(obj1) == self._is_key(obj2)

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool | None:
        if hints.get("keys"):
            return db == KEYS
        is_key = app_label == "core" and model_name in KEY_MODELS
        return is_key == (db == KEYS)
