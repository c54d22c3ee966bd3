"""The chains of the assistance ledger: a unit's report, help material, the release of figures."""

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.cases.public import CaseStep, CaseType, Waits, declare_case_type
from niangjia.programmes.assistance_ledger import inbox

# What a return can point at.
REPORT_FIELDS = {
    "records": _("Records"),
    "fen": _("Amount in all"),
    "direct_fen": _("Direct purchase"),
    "helped_fen": _("Helped sale"),
    "assisted_fen": _("From assisted counties"),
    "households": _("Households helped"),
    "people": _("People helped"),
    "note": _("Remarks"),
}
RETURN = _("Return")
UNSTARTED = ("draft", "returned", "exempt")  # nothing of it was signed or stands in a sum


def _consequence(name: str, title: object, before: tuple[str, ...], after: str) -> CaseStep:
    """A step that follows from a change of the unit itself."""
    return CaseStep(
        name,
        title,
        before,
        after,
        "orgs.manage",
        needs_reason=True,
        anew=True,
        consequence=True,
    )


REPORT = declare_case_type(
    CaseType(
        name="report",
        first="draft",
        states={
            "draft": _("Being filled in"),
            "entered": _("Waits for the unit's check"),
            "checked": _("Waits for the head's signature"),
            "signed": _("Signed, to be reported"),
            "reported": _("Waits for the district's check"),
            "accepted": _("In the city sum"),
            "returned": _("Returned, to be mended"),
            "exempt": _("Exempt from reporting"),
            "carried": _("Carried over to the next period"),
            "merged": _("Counted with the unit that it was merged into"),
        },
        steps=(
            CaseStep(
                "enter", _("Enter the report"), ("draft", "returned"), "entered", "reports.enter"
            ),
            CaseStep(
                "withdraw",
                _("Withdraw"),
                ("entered", "checked", "signed"),
                "draft",
                "reports.enter",
                anew=True,
            ),
            CaseStep("check", _("Checked"), ("entered",), "checked", "reports.check", ("enter",)),
            CaseStep("sign", _("Sign"), ("checked",), "signed", "reports.sign", ("enter", "check")),
            CaseStep("send", _("Report it"), ("signed",), "reported", "reports.send"),
            CaseStep(
                "accept",
                _("Accept into the city sum"),
                ("reported",),
                "accepted",
                "reports.accept",
                ("enter", "check", "sign"),
            ),
            CaseStep(
                "return_check", RETURN, ("entered",), "returned", "reports.check", returns=True
            ),
            CaseStep("return_sign", RETURN, ("checked",), "returned", "reports.sign", returns=True),
            CaseStep(
                "return_district",
                RETURN,
                ("reported", "accepted"),
                "returned",
                "reports.accept",
                returns=True,
            ),
            CaseStep(
                "exempt",
                _("Exempt this unit"),
                ("draft", "returned"),
                "exempt",
                "periods.manage",
                needs_reason=True,
            ),
            CaseStep(
                "carry",
                _("Carry over to the next period"),
                ("draft", "returned", "entered", "checked", "signed", "exempt"),
                "carried",
                "periods.manage",
                needs_reason=True,
            ),
            CaseStep(
                "unexempt",
                _("No longer exempt"),
                ("exempt",),
                "draft",
                "periods.manage",
                needs_reason=True,
                anew=True,
            ),
            _consequence("merge", _("Unit merged"), UNSTARTED, "merged"),
            _consequence("split", _("Unit split again"), ("merged",), "draft"),
            _consequence("close", _("Unit closed"), ("draft", "returned"), "exempt"),
            _consequence("reopen", _("Unit no longer closed"), ("exempt",), "draft"),
        ),
        waits={
            "draft": Waits("clerk", "own", inbox.ENTER, 10),
            "entered": Waits("checker", "own", inbox.CHECK, 3),
            "checked": Waits("head", "own", inbox.SIGN, 3),
            "signed": Waits("clerk", "own", inbox.SEND, 2),
            "reported": Waits("district", "district", inbox.ACCEPT, 5),
            "returned": Waits("clerk", "own", inbox.MEND, 3),
        },
    )
)
# What a return of help material can point at.
REVIEW_FIELDS = {
    "mechanisms": _("How it helps"),
    "households": _("Households helped"),
    "people": _("People helped"),
    "paid_fen": _("Paid out"),
    "public_first": _("Publicity"),
    "opinions": _("Opinions"),
    "files": _("Files"),
}
_DECIDED = ("confirmed", "partly", "refused")
REVIEW = declare_case_type(
    CaseType(
        name="review",
        first="draft",
        states={
            "draft": _("Being filled in"),
            "submitted": _("Waits for the county's review"),
            "confirmed": _("Confirmed"),
            "partly": _("Partly confirmed"),
            "refused": _("Not confirmed by the county"),
            "returned": _("Returned, to be mended"),
        },
        steps=(
            CaseStep(
                "submit",
                _("Hand in the material"),
                ("draft", "returned", "refused"),
                "submitted",
                "reviews.enter",
            ),
            CaseStep("recall", _("Withdraw"), ("submitted",), "draft", "reviews.enter", anew=True),
            CaseStep(
                "confirm",
                _("Confirm the help"),
                ("submitted",),
                "confirmed",
                "reviews.decide",
                ("submit",),
            ),
            CaseStep(
                "partly",
                _("Confirm in part"),
                ("submitted",),
                "partly",
                "reviews.decide",
                ("submit",),
                needs_reason=True,
            ),
            CaseStep(
                "refuse",
                _("Do not confirm"),
                ("submitted",),
                "refused",
                "reviews.decide",
                ("submit",),
                needs_reason=True,
            ),
            CaseStep(
                "return",
                RETURN,
                ("submitted",),
                "returned",
                "reviews.decide",
                ("submit",),
                returns=True,
            ),
            CaseStep(
                "withdraw",
                _("Withdraw the decision"),
                _DECIDED,
                "submitted",
                "reviews.decide",
                needs_reason=True,
            ),
        ),
        waits={"submitted": Waits("reviewer", "own", inbox.REVIEW, 10, working=True)},
    )
)
NOT_REPORTED = ("draft", "returned", "entered", "checked", "signed")

RELEASE = declare_case_type(
    CaseType(
        name="release",
        first="draft",
        states={
            "draft": _("Being prepared"),
            "proposed": _("Waits for the secrecy check"),
            "cleared": _("Waits for the leader's signature"),
            "published": _("Published"),
            "returned": _("Returned"),
            "withdrawn": _("Withdrawn"),
        },
        steps=(
            CaseStep(
                "propose", _("Propose for release"), ("draft",), "proposed", "purchases.release"
            ),
            CaseStep(
                "clear",
                _("No secret in it"),
                ("proposed",),
                "cleared",
                "releases.clear",
                ("propose",),
            ),
            CaseStep(
                "sign",
                _("Sign off and publish"),
                ("cleared",),
                "published",
                "releases.sign",
                ("propose", "clear"),
            ),
            CaseStep(
                "return_clear", RETURN, ("proposed",), "returned", "releases.clear", returns=True
            ),
            CaseStep(
                "return_sign", RETURN, ("cleared",), "returned", "releases.sign", returns=True
            ),
            CaseStep(
                "withdraw",
                _("Withdraw the proposal"),
                ("proposed", "cleared"),
                "withdrawn",
                "purchases.release",
                needs_reason=True,
            ),
        ),
        waits={
            "proposed": Waits("secrecy", "city", inbox.CLEAR, 2),
            "cleared": Waits("leader", "city", inbox.PUBLISH, 2),
            "returned": Waits("city", "city", inbox.REPROPOSE, 3),
        },
    )
)

# What a return of a target can point at.
TARGET_FIELDS = {
    "canteen": _("Canteen"),
    "food_fen": _("Food purchases of the year"),
    "filed_with": _("Filed with"),
    "members": _("Members who get gifts"),
    "gift_fen": _("Gifts of the union"),
    "exempt": _("Exemption"),
}
TARGET = declare_case_type(
    CaseType(
        name="unit_target",
        first="draft",
        states={
            "draft": _("Not filed"),
            "filed": _("Waits for the superior's check"),
            "accepted": _("Accepted"),
            "returned": _("Returned, to be mended"),
        },
        steps=(
            CaseStep(
                "file",
                _("File the target"),
                ("draft", "returned"),
                "filed",
                "unit_targets.file",
            ),
            CaseStep(
                "change",
                _("Change the target"),
                ("filed", "accepted"),
                "filed",
                "unit_targets.file",
                needs_reason=True,
            ),
            CaseStep(
                "accept",
                _("Accept the target"),
                ("filed",),
                "accepted",
                "unit_targets.accept",
                ("file", "change"),
            ),
            CaseStep(
                "return",
                RETURN,
                ("filed", "accepted"),
                "returned",
                "unit_targets.accept",
                ("file", "change"),
                returns=True,
            ),
        ),
        waits={
            "filed": Waits("district", "district", inbox.TARGET_ACCEPT, 10, working=True),
            "returned": Waits("clerk", "own", inbox.TARGET_MEND, 5, working=True),
        },
    )
)
