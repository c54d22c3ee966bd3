"""Names of roles, of who acted, and of sizes, as pages show them."""

from django.utils.translation import gettext_lazy as _

ROLE_NAMES = {
    "clerk": _("Clerk"),
    "checker": _("Unit approver"),
    "head": _("Unit head"),
    "canteen": _("Canteen"),
    "reviewer": _("County reviewer"),
    "supplier": _("Supplier"),
    "district": _("District office"),
    "city": _("City office"),
    "auditor": _("Auditor"),
    "secrecy": _("Secrecy officer"),
    "leader": _("Leader in charge"),
    "foundation": _("Foundation clerk"),
    "treasurer": _("Foundation treasurer"),
    "member": _("Union member"),
    "operator": _("Site operator"),
}


# What the system does by itself, by the names it acts under.
SYSTEM_NAMES = {
    "demonstration city": _("System: demonstration city"),
    "matching of sources": _("System: matched by rule"),
    "reporting periods": _("System: reporting periods"),
    "imports": _("System: imports"),
    "help reviews": _("System: handed on from the review"),
    "payments": _("System: payments"),
}


def who_name(name: str, role: str) -> str:
    """Who acted: the person and their role, or what the system acted as."""
    if not role and name in SYSTEM_NAMES:
        return str(SYSTEM_NAMES[name])
    return " · ".join(filter(None, (name, role_name(role))))


def role_name(role: str) -> str:
    """The role in the page's language; the code itself if it has no name."""
    return str(ROLE_NAMES.get(role, role))


SCOPE_NAMES = {
    "read": _("Read records, reports and figures"),
    "import": _("Take in workbooks"),
    "report": _("Take steps in the reporting chain"),
    "release": _("Take steps in the release of figures"),
    "organisations": _("Manage units and suppliers"),
}


def file_size(n_bytes: int) -> str:
    """`1.2 MB`, `34 KB`."""
    if n_bytes >= 1024 * 1024:
        return f"{n_bytes / 1024 / 1024:.1f} MB"
    return f"{max(1, round(n_bytes / 1024))} KB"
