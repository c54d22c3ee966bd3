"""Who decides what in donations, in which order (four eyes)."""

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.cases.public import CaseStep, CaseType, Waits, declare_case_type
from niangjia.programmes.donations import inbox

ADJUSTMENT = declare_case_type(
    CaseType(
        name="donations.adjustment",
        first="asked",
        states={
            "asked": _("Waits for the decision"),
            "done": _("Approved and booked"),
            "returned": _("Not approved"),
        },
        steps=(
            CaseStep(
                "approve", _("Approve and book"), ("asked",), "done", "gifts.decide", ("ask",)
            ),
            CaseStep(
                "return",
                _("Do not approve"),
                ("asked",),
                "returned",
                "gifts.decide",
                ("ask",),
                returns=True,
            ),
        ),
        waits={
            "asked": Waits("treasurer", "own", inbox.DECIDE, 3, working=True),
            "returned": Waits("foundation", "own", inbox.REFUSED, 5, working=True),
        },
    )
)

SPENDING = declare_case_type(
    CaseType(
        name="donations.spending",
        first="asked",
        states={
            "asked": _("Waits to be approved"),
            "approved": _("Approved, to be paid"),
            "paid": _("Paid, to be signed for"),
            "settled": _("Signed for"),
            "returned": _("Not approved"),
            "dropped": _("Given up"),
        },
        steps=(
            CaseStep(
                "approve",
                _("Approve"),
                ("asked",),
                "approved",
                "spending.approve",
                ("ask",),
            ),
            CaseStep(
                "return",
                _("Do not approve"),
                ("asked",),
                "returned",
                "spending.approve",
                ("ask",),
                returns=True,
            ),
            CaseStep("pay", _("Paid"), ("approved",), "paid", "spending.pay", ("approve",)),
            CaseStep(
                "drop",
                _("Give up"),
                ("asked", "approved"),
                "dropped",
                "spending.ask",
                needs_reason=True,
            ),
            CaseStep(
                "settle",
                _("All have signed"),
                ("paid",),
                "settled",
                "spending.pay",
                consequence=True,
            ),
        ),
        waits={
            "asked": Waits("treasurer", "own", inbox.APPROVE, 3, working=True),
            "approved": Waits("foundation", "own", inbox.PAY, 5, working=True),
            "paid": Waits("foundation", "own", inbox.SIGN, 30),
            "returned": Waits("foundation", "own", inbox.RETURNED, 5, working=True),
        },
    )
)

BULLETIN = declare_case_type(
    CaseType(
        name="donations.bulletin",
        first="asked",
        states={
            "asked": _("Waits to be signed"),
            "published": _("Signed and published"),
            "returned": _("Not signed"),
        },
        steps=(
            CaseStep(
                "sign",
                _("Sign and publish"),
                ("asked",),
                "published",
                "bulletins.sign",
                ("ask",),
            ),
            CaseStep(
                "return",
                _("Do not sign"),
                ("asked",),
                "returned",
                "bulletins.sign",
                ("ask",),
                returns=True,
            ),
        ),
        waits={
            "asked": Waits("treasurer", "own", inbox.BULLETIN, 3, working=True),
            "returned": Waits("foundation", "own", inbox.BULLETIN_RETURNED, 5, working=True),
        },
    )
)
