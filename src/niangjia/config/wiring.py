"""What fills core's ports, and the order of the worker's round."""

from niangjia.blocks.desk.public import FindJob, SweepJob, inbox_counts
from niangjia.blocks.indicators.public import ProjectionJob
from niangjia.blocks.intake.public import UploadsJob
from niangjia.blocks.ledger.public import LedgerRecorder, SequencerJob
from niangjia.blocks.orgs.public import actor_of_request
from niangjia.core import jobs
from niangjia.core.facts import RECORDER
from niangjia.core.http import ACTORS, WAITING
from niangjia.core.outbox import OutboxJob, SlowJob
from niangjia.core.retention import JournalJob

RECORDER.provide(LedgerRecorder())
ACTORS.provide(actor_of_request)
WAITING.provide(inbox_counts)
for job in (SequencerJob(), ProjectionJob(), OutboxJob(), FindJob()):
    jobs.add(job)
for sweeper in (SweepJob(), UploadsJob(), JournalJob()):
    jobs.add(sweeper)
jobs.add_slow(SlowJob())
