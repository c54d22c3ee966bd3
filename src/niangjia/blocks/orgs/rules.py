"""Pure decisions about organisations."""

UNPLACED, UNASSIGNED = "unplaced", "unassigned"
SCOPE_OF_ROLE = {
    "city": "all",
    "auditor": "all",
    "secrecy": "all",
    "leader": "all",
    "district": "beneath",
    "clerk": "unit",
    "checker": "unit",
    "head": "unit",
    "canteen": "unit",
    "supplier": "supplier",
    "reviewer": "county",
}


def key_of(uscc: str, name: str) -> str:
    """What identifies an organisation: its code if it has one, else its name."""
    return f"uscc:{uscc}" if uscc else f"name:{name}"


def path_below(parent_path: str, own_id: int) -> str:
    return f"{parent_path or '/'}{own_id}/"
