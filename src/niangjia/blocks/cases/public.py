"""The door of cases."""

__all__: list[str] = []
