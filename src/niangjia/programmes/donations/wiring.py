"""What donations hand to other rooms at start: the figures that are published."""

from niangjia.programmes.donations import counting

__all__ = ["counting"]
