"""What fills core's ports, and the order of the worker's round."""

from niangjia.blocks.desk.public import FindJob, exports_sweep, inbox_counts
from niangjia.blocks.evidence.public import evidence_sweep
from niangjia.blocks.households.public import households_sweep
from niangjia.blocks.indicators.public import ProjectionJob
from niangjia.blocks.intake.public import uploads_sweep
from niangjia.blocks.ledger.public import (
    LedgerRecorder,
    SequencerJob,
    freeze_notice,
    keep_commitments,
    sm3_step,
    submit_until,
)
from niangjia.blocks.orgs.public import actor_of_request
from niangjia.core import jobs, retention, seal
from niangjia.core.facts import RECORDER
from niangjia.core.http import ACTORS, NOTICE, WAITING
from niangjia.core.outbox import OutboxJob, SlowJob

RECORDER.provide(LedgerRecorder())
ACTORS.provide(actor_of_request)
WAITING.provide(inbox_counts)
NOTICE.provide(freeze_notice)
seal.BEFORE_ERASING.provide(keep_commitments)
for job in (SequencerJob(), ProjectionJob(), OutboxJob(), FindJob()):
    jobs.add(job)
for name, sweep in (
    ("exports", exports_sweep),
    ("uploads", uploads_sweep),
    ("evidence", evidence_sweep),
    ("households", households_sweep),
    ("journal", retention.sweep),
    ("sm3", sm3_step),
):
    jobs.add(jobs.Sweeper(name, sweep))
jobs.add_slow(SlowJob())
jobs.add_beside(submit_until)
