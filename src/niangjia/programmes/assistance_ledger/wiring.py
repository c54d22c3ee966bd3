"""What the ledger keeps about organisations and does when they change; its card and its timer."""

from niangjia.blocks.desk.public import desk_card
from niangjia.blocks.orgs.public import Follower, organisation_follower
from niangjia.core import jobs
from niangjia.programmes.assistance_ledger import review_jobs
from niangjia.programmes.assistance_ledger.crosschecks.jobs import refresh as crosscheck_refresh
from niangjia.programmes.assistance_ledger.household_jobs import refresh
from niangjia.programmes.assistance_ledger.pages.reviewer import card
from niangjia.programmes.assistance_ledger.services import following

organisation_follower(
    Follower("assistance_ledger", following.kept, following.obstacles, following.follow)
)
jobs.add(jobs.Sweeper("household counts", refresh))
jobs.add(jobs.Sweeper("cross-checks", crosscheck_refresh))
desk_card("reviews.decide", card)
jobs.add(jobs.Sweeper("review reminders", review_jobs.remind))
