"""What donations hand to other rooms at start: published figures, and what is swept."""

from niangjia.core import jobs
from niangjia.programmes.donations import counting
from niangjia.programmes.donations.receipts import sweep

jobs.add(jobs.Sweeper("donors' codes", sweep))

__all__ = ["counting"]
