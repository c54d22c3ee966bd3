"""What donations hand to other rooms at start: published figures, and what is swept."""

from niangjia.blocks.intake.public import upload_keeper
from niangjia.core import jobs
from niangjia.programmes.donations import bank_jobs, counting, roster_jobs
from niangjia.programmes.donations.receipts import sweep
from niangjia.programmes.donations.reminding import remind

jobs.add(jobs.Sweeper("donors' codes", sweep))
jobs.add(jobs.Sweeper("transfers that wait", bank_jobs.remind))
upload_keeper(bank_jobs.needed)
jobs.add(jobs.Sweeper("disclosure reminders", remind))

__all__ = ["counting", "roster_jobs"]
