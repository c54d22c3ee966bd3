"""Pages of the desk, one module per subject."""

from niangjia.blocks.desk.views import finding, home

__all__ = ["finding", "home"]
