"""Forms of the desk, one module per subject."""

from niangjia.blocks.desk.forms.saved import ViewForm, address_of

__all__ = ["ViewForm", "address_of"]
