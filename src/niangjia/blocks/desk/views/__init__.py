"""Pages of the desk, one module per subject."""

from niangjia.blocks.desk.views import exports, finding, saved, verifying

__all__ = ["exports", "finding", "saved", "verifying"]
