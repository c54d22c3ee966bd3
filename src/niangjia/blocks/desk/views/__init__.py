"""Pages of the desk, one module per subject."""

from niangjia.blocks.desk.views import (
    exports,
    finding,
    home,
    organisation_acts,
    organisations,
    saved,
    verifying,
)

__all__ = ["exports", "finding", "home", "organisation_acts", "organisations", "saved", "verifying"]
