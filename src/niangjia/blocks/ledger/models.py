"""The ledger's tables. Facts and entries are insert-only: the database itself refuses the rest."""

from typing import ClassVar

from django.db import models


class StoredFact(models.Model):
    """One fact: the canonical bytes that are hashed, and what finds it again.

    body: canonical JSON (lib.canonical). business, personal: sealed parts; see envelope.py.
    """

    ref = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=80, db_index=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    body = models.BinaryField()
    reverses = models.CharField(max_length=32, blank=True)
    sealed_business = models.BinaryField()
    sealed_personal = models.JSONField(default=dict)


class Pending(models.Model):
    """A fact that is not yet an entry; deleted in the commit that makes it one."""

    fact = models.OneToOneField(
        StoredFact, primary_key=True, on_delete=models.PROTECT, related_name="pending"
    )


class Entry(models.Model):
    """A place in the log. index: gap-free from 0, over all logs of this site; within its log it
    stands at index - log.first."""

    index = models.BigIntegerField(primary_key=True)
    fact = models.OneToOneField(StoredFact, on_delete=models.PROTECT, related_name="entry")
    leaf_hash = models.BinaryField()
    sequenced_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(index__gte=0), name="entry_index_from_0")
        ]


class Log(models.Model):
    """A log under one origin; a site opens another only where the last one cannot be gone on with.

    first: index of its first entry. The newest one is written to.
    """

    number = models.PositiveSmallIntegerField(primary_key=True)
    origin = models.CharField(max_length=120, unique=True)
    first = models.BigIntegerField()
    opened_at = models.DateTimeField()


class Head(models.Model):
    """Where the newest log stands; one row, moved only from where it was read.

    size: entries of all logs. frontier: of the newest log alone.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(default=0)
    frontier = models.BinaryField(default=b"")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="ledger_one_head")
        ]


class Tile(models.Model):
    """A full tile (C2SP tlog-tiles): 256 hashes, and the hash over them."""

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField()
    n = models.BigIntegerField()
    hashes = models.BinaryField()
    root = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log", "level", "n"], name="ledger_one_tile")
        ]


class Checkpoint(models.Model):
    """What the log signed of its tree. note: the text with the log's own line.

    previous: the one before it; that each has one successor fences a sequencer which lost its lock.
    """

    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="checkpoints")
    previous = models.OneToOneField("self", null=True, on_delete=models.PROTECT)
    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log", "size"], name="ledger_one_checkpoint_a_size"),
            models.UniqueConstraint(
                fields=["log"],
                condition=models.Q(previous=None),
                name="ledger_one_first_checkpoint",
            ),
        ]


class Cosignature(models.Model):
    """A witness's line under a checkpoint. at: the time it states, POSIX seconds."""

    checkpoint = models.ForeignKey(
        Checkpoint, on_delete=models.PROTECT, related_name="cosignatures"
    )
    key_name = models.CharField(max_length=200)
    key_id = models.CharField(max_length=8)
    at = models.BigIntegerField()
    line = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["checkpoint", "key_name", "key_id", "at"], name="ledger_one_cosignature"
            )
        ]


class Policy(models.Model):
    """Whom the log trusts to witness it, from the entry on that says so.

    text: C2SP tlog-policy. text_ml_dsa: the same departments' ML-DSA-44 keys, may be empty.
    """

    fact = models.OneToOneField(StoredFact, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(primary_key=True)
    text = models.TextField()
    text_ml_dsa = models.TextField(blank=True)
    resolution = models.CharField(max_length=300)
    at = models.DateTimeField()


class Published(models.Model):
    """A checkpoint that the quorum of its policy has cosigned: only such are served.

    witnessed_at: the time at which the quorum was full, by the witnesses' own clocks.
    """

    checkpoint = models.OneToOneField(Checkpoint, primary_key=True, on_delete=models.PROTECT)
    policy = models.ForeignKey(Policy, null=True, on_delete=models.PROTECT)
    witnessed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField()


class WitnessState(models.Model):
    """Where a department's witness is reached, and what the log knows of it. Working state.

    url: submission prefix; empty for that of the policy. cosigned_size: the largest size it
    cosigned, as it proved to us. outcome: of the last attempt.
    """

    department = models.CharField(max_length=200, primary_key=True)
    url = models.CharField(max_length=300, blank=True)
    cosigned_size = models.BigIntegerField(default=0)
    cosigned_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, default="")
    detail = models.TextField(blank=True)
    n_refused = models.PositiveIntegerField(default=0)


class Gate(models.Model):
    """Whether the log may be signed: one row. waiting: since the last start fewer witnesses than
    needed have confirmed our last checkpoint."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    waiting = models.BooleanField(default=False)
    n_agree = models.PositiveSmallIntegerField(default=0)
    n_needed = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField()


class Freeze(models.Model):
    """The log is read-only since a tree was seen that carries our own signature and is not ours.

    evidence: the checkpoint that shows it. lifted_at: by a repair, or a new log.
    """

    at = models.DateTimeField()
    reason = models.CharField(max_length=20)
    witness = models.CharField(max_length=200)
    evidence = models.TextField()
    lifted_at = models.DateTimeField(null=True)
    resolution = models.CharField(max_length=300, blank=True)


class Sm3State(models.Model):
    """How far the SM3 tree over a log has been hashed. Working state; the roots are facts.

    noted_at: when the last root was recorded.
    """

    log = models.OneToOneField(Log, primary_key=True, on_delete=models.PROTECT)
    size = models.BigIntegerField(default=0)
    frontier = models.BinaryField(default=b"")
    noted_at = models.DateTimeField()


class KeptCommitments(models.Model):
    """Commitments of a slot whose key was destroyed: 32 bytes a field, in the kind's order. Nothing
    can be learnt from them, and the other fields can still be shown with their proofs."""

    fact = models.ForeignKey(StoredFact, on_delete=models.PROTECT, related_name="kept")
    slot = models.CharField(max_length=40)
    data = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["fact", "slot"], name="ledger_kept_once")
        ]


class Timestamp(models.Model):
    """An RFC 3161 reply of a time-stamping authority over a checkpoint's text."""

    checkpoint = models.OneToOneField(Checkpoint, primary_key=True, on_delete=models.PROTECT)
    reply = models.BinaryField()
    stamped_at = models.DateTimeField()
