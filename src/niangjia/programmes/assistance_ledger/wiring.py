"""What the ledger keeps about organisations, and what it does when they change."""

from niangjia.blocks.orgs.public import Follower, organisation_follower
from niangjia.core import jobs
from niangjia.programmes.assistance_ledger.crosschecks.jobs import refresh as crosscheck_refresh
from niangjia.programmes.assistance_ledger.household_jobs import refresh
from niangjia.programmes.assistance_ledger.services import following

organisation_follower(
    Follower("assistance_ledger", following.kept, following.obstacles, following.follow)
)
jobs.add(jobs.Sweeper("household counts", refresh))
jobs.add(jobs.Sweeper("cross-checks", crosscheck_refresh))
