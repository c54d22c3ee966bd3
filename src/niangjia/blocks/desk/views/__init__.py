"""Pages of the desk, one module per subject."""

from niangjia.blocks.desk.views import exports, finding, home, saved, verifying

__all__ = ["exports", "finding", "home", "saved", "verifying"]
