"""Choices and edits to and from the JSON that is kept with an upload. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from niangjia.blocks.intake.types import Choices, Edit, Edits, KeptEdit


def choices_of(kept: Mapping[str, Any]) -> Choices:
    """The choices from their JSON; empty JSON means as the reader finds it."""
    return Choices(
        columns={name: tuple(keys) for name, keys in kept.get("columns", {}).items()},
        fixed=kept.get("fixed", {}),
        header_rows=kept.get("header_rows", {}),
        left_out=frozenset(kept.get("left_out", ())),
        wan=kept.get("wan", {}),
        hidden_rows=kept.get("hidden_rows", True),
    )


def choices_kept(choices: Choices) -> dict[str, Any]:
    """The JSON of choices."""
    return {
        "columns": {name: list(keys) for name, keys in choices.columns.items()},
        "fixed": {sheet: dict(values) for sheet, values in choices.fixed.items()},
        "header_rows": dict(choices.header_rows),
        "left_out": sorted(choices.left_out),
        "wan": dict(choices.wan),
        "hidden_rows": choices.hidden_rows,
    }


def edits_of(kept: Sequence[Mapping[str, Any]]) -> Edits:
    """All edits as one; of two for the same cell the later holds."""
    cells: dict[tuple[str, int, str], str] = {}
    rows: dict[tuple[str, int], str] = {}
    for one in kept:
        for sheet, row, text in one.get("cells", ()):
            cells[sheet, row, one["key"]] = text
        for sheet, row in one.get("rows", ()):
            rows[sheet, row] = one["reason"]
    return Edits(cells, rows)


def edit_kept(edit: Edit, *, id: str, at: str, login_id: int | None) -> dict[str, Any]:
    """The JSON of an edit."""
    return {
        "id": id,
        "at": at,
        "login": login_id,
        "key": edit.key,
        "code": edit.code,
        "stood": edit.stood,
        "value": edit.value,
        "reason": edit.reason,
        "cells": [list(cell) for cell in edit.cells],
        "rows": [list(row) for row in edit.rows],
    }


def kept_edits(kept: Sequence[Mapping[str, Any]]) -> list[KeptEdit]:
    """Edits for a page, newest first."""
    return [
        KeptEdit(
            id=one["id"],
            key=one["key"],
            code=one["code"],
            stood=one["stood"],
            value=one["value"],
            reason=one["reason"],
            n=len(one["cells"]) or len(one["rows"]),
            at=one["at"],
            login_id=one["login"],
        )
        for one in reversed(kept)
    ]
