"""Seed S4: what units buy from assisted counties, looked up, assessed and traced."""

from django.utils.translation import gettext_lazy as _

from niangjia.core.programme import MenuEntry, RoomConfig

UNIT = frozenset({"clerk", "canteen"})
OFFICES = frozenset({"district", "city"})
STAFF = frozenset({"clerk", "checker", "head", "canteen", "district", "city", "auditor"})


class AssistanceLedgerConfig(RoomConfig):
    name = "niangjia.programmes.assistance_ledger"
    label = "assistance_ledger"
    verbose_name = _("Assistance ledger")
    grants = {
        "purchases.import": UNIT | {"city"},
        "imports.use": UNIT | {"city", "supplier", "reviewer"},
        "rosters.bring": frozenset({"supplier", "reviewer"}),
        "findings.see": STAFF | {"supplier", "reviewer"},
        "findings.decide": OFFICES | {"reviewer"},
        "findings.run": OFFICES | {"auditor", "reviewer"},
        "findings.raise": frozenset(),
        "capacity.declare": frozenset({"supplier", "reviewer", "city"}),
        "rosters.see": frozenset({"supplier", "reviewer", "district", "city", "auditor"}),
        "rosters.open": frozenset({"supplier", "reviewer", "auditor"}),
        "rosters.strike": frozenset({"reviewer"}),
        "rosters.erase": frozenset({"reviewer", "city"}),
        "rosters.count": frozenset(),
        "purchases.see": STAFF | {"supplier", "reviewer"},
        "heads.see": frozenset({"district", "city", "auditor", "reviewer"}),
        "purchases.correct": UNIT | {"city"},
        "evidence.attach": UNIT | {"city"},
        "evidence.attach_supplier": UNIT | {"city", "supplier", "reviewer"},
        "evidence.open": STAFF | {"supplier", "reviewer"},
        "evidence.open_personal": STAFF - {"canteen"} | {"reviewer"},
        "evidence.open_help": frozenset({"reviewer", "city", "auditor"}),
        "reviews.see": STAFF | {"supplier", "reviewer"},
        "reviews.enter": UNIT | {"supplier", "reviewer"},
        "reviews.decide": frozenset({"reviewer"}),
        "reviews.apply": frozenset(),
        "reviews.remind": frozenset(),
        "sources.see": UNIT | {"checker", "head", "district", "city", "auditor"},
        "sources.decide": UNIT | {"city"},
        "sources.match": frozenset(),
        "purchases.release": frozenset({"city"}),
        "releases.see": frozenset({"city", "district", "auditor", "secrecy", "leader"}),
        "releases.clear": frozenset({"secrecy"}),
        "releases.sign": frozenset({"leader"}),
        "releases.decide": frozenset({"city", "secrecy", "leader"}),
        "reports.see": STAFF | {"leader"},
        "reports.decide": STAFF - {"auditor"},
        "reports.enter": UNIT,
        "reports.check": frozenset({"checker"}),
        "reports.sign": frozenset({"head"}),
        "reports.send": UNIT | {"head"},
        "reports.accept": OFFICES,
        "reports.remind": OFFICES | {"leader"},
        "reports.collect": OFFICES | {"auditor", "leader"},
        "reports.prepare": frozenset(),
        "periods.manage": frozenset({"city"}),
        "brief.see": OFFICES | {"leader"},
        "targets.set": OFFICES,
        "unit_targets.see": STAFF | {"leader"},
        "unit_targets.file": UNIT,
        "unit_targets.accept": OFFICES,
        "unit_targets.remind": OFFICES | {"leader"},
    }
    scopes = {
        "read": frozenset(
            {
                "purchases.see",
                "heads.see",
                "sources.see",
                "evidence.open",
                "reviews.see",
                "findings.see",
                "rosters.see",
                "reports.see",
                "reports.collect",
                "releases.see",
                "brief.see",
                "unit_targets.see",
            }
        ),
        "import": frozenset(
            {
                "purchases.import",
                "imports.use",
                "rosters.bring",
                "rosters.see",
                "purchases.correct",
                "purchases.see",
                "sources.see",
                "sources.decide",
                "evidence.send",
                "evidence.attach",
                "evidence.attach_supplier",
                "evidence.open",
            }
        ),
        "report": frozenset(
            {
                "reviews.see",
                "reviews.enter",
                "reviews.decide",
                "reports.see",
                "reports.collect",
                "reports.decide",
                "reports.enter",
                "reports.check",
                "reports.sign",
                "reports.send",
                "reports.accept",
                "reports.remind",
                "periods.manage",
                "unit_targets.see",
                "unit_targets.file",
                "unit_targets.accept",
                "unit_targets.remind",
            }
        ),
        "release": frozenset(
            {
                "purchases.release",
                "releases.see",
                "releases.decide",
                "releases.clear",
                "releases.sign",
            }
        ),
    }
    menu = (
        MenuEntry(_("Brief"), "assistance_ledger:brief", "chart", "brief.see", 5),
        MenuEntry(_("Imports"), "assistance_ledger:imports", "import", "purchases.import", 15),
        MenuEntry(_("Other sources"), "assistance_ledger:sources", "match", "sources.see", 18),
        MenuEntry(_("Ledger records"), "assistance_ledger:records", "ledger", "purchases.see", 10),
        MenuEntry(_("Evidence"), "assistance_ledger:evidence", "evidence", "evidence.open", 12),
        MenuEntry(_("Help reviews"), "assistance_ledger:reviews", "witnessed", "reviews.see", 13),
        MenuEntry(_("Cross-checks"), "assistance_ledger:findings", "warn", "findings.see", 13),
        MenuEntry(_("Households helped"), "assistance_ledger:households", "home", "heads.see", 13),
        MenuEntry(_("Look up figures"), "assistance_ledger:pivot", "table", "purchases.see", 11),
        MenuEntry(_("Trace"), "assistance_ledger:trace", "trace", "purchases.see", 12),
        MenuEntry(_("Audit pack"), "assistance_ledger:packs", "witnessed", "packs.make", 14),
        MenuEntry(_("Assessment"), "assistance_ledger:targets", "gauge", "unit_targets.see", 14),
        MenuEntry(_("Reports"), "assistance_ledger:reports", "table", "reports.see", 15),
        MenuEntry(_("Releases"), "assistance_ledger:releases", "release", "releases.see", 20),
    )
