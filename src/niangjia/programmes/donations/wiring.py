"""What donations hand to other rooms at start: published figures, and what is swept."""

from niangjia.core import jobs
from niangjia.programmes.donations import counting
from niangjia.programmes.donations.receipts import sweep
from niangjia.programmes.donations.reminding import remind

jobs.add(jobs.Sweeper("donors' codes", sweep))
jobs.add(jobs.Sweeper("disclosure reminders", remind))

__all__ = ["counting"]
