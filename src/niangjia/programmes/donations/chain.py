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
