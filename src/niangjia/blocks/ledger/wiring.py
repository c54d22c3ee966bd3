"""Services of the ledger that stand beside `services.py`: imported so that they are declared."""

from niangjia.blocks.ledger import packing, repairing, sm3

__all__ = ["packing", "repairing", "sm3"]
