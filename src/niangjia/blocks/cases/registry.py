"""Case types: declared by programmes at start."""

from niangjia.blocks.cases.types import CaseType
from niangjia.core.errors import ProgrammingError

_types: dict[str, CaseType] = {}


def declare_case_type(kind: CaseType) -> CaseType:
    """Register a case type; its steps name only its own states."""
    named = {state for step in kind.steps for state in (*step.before, step.after)}
    if named - kind.states.keys() or kind.first not in kind.states:
        raise ProgrammingError(f"case type {kind.name}: {sorted(named - kind.states.keys())}")
    _types[kind.name] = kind
    return kind


def case_type(name: str) -> CaseType:
    return _types[name]
