"""What waits for whom; what was begun; views kept by name; files made in the background."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

ORGANISATION = "orgs.Organisation"


class InboxItem(models.Model):
    """Something that waits for a role at an organisation, or (login_id) for one person.

    kind: declared by the room that puts it; params fill its title. subject: what it is about,
    `report:<ref>`; href: where it is done. done_at: when it was done or stopped mattering.
    """

    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    organisation = models.ForeignKey(
        ORGANISATION, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    role = models.CharField(max_length=20, blank=True)
    login_id = models.BigIntegerField(null=True)
    params = models.JSONField(default=dict)
    href = models.CharField(max_length=200)
    due_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    n_reminders = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "subject", "organisation", "role"],
                condition=Q(done_at__isnull=True),
                name="inbox_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organisation", "role", "due_on"],
                name="inbox_open",
                condition=Q(done_at__isnull=True),
            ),
            models.Index(
                fields=["login_id"],
                name="inbox_person",
                condition=Q(done_at__isnull=True, login_id__isnull=False),
            ),
            models.Index(fields=["subject"], name="inbox_subject"),
        ]


class Draft(models.Model):
    """A form begun and not yet sent. sealed: canonical JSON of what was typed, which may be
    personal; purpose `so that nothing typed is lost`, kept 30 days after the last change."""

    login_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField(null=True)
    form = models.CharField(max_length=60)
    subject = models.CharField(max_length=80, blank=True)
    sealed = models.BinaryField()
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["login_id", "organisation_id", "form", "subject"], name="draft_once"
            )
        ]


class SavedView(models.Model):
    """A list with its filters under a name. page: route name; query: its address behind the `?`.

    organisation_id: shared with everybody of that organisation; null: one's own alone.
    """

    ref = models.CharField(max_length=32, unique=True)
    login_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField(null=True)
    page = models.CharField(max_length=80)
    title = models.CharField(max_length=60)
    query = models.CharField(max_length=500)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["login_id", "page", "title"], name="view_once")
        ]
        indexes: ClassVar = [models.Index(fields=["organisation_id", "page"], name="view_shared")]


class Export(models.Model):
    """A file made in the background for one person. state: waiting, running, done or failed.

    params: what was asked for; file_name: under NIANGJIA_HOME/exports, removed after 7 days.
    """

    ref = models.CharField(max_length=32, unique=True)
    login_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=20)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="waiting")
    n_done = models.PositiveIntegerField(default=0)
    n_expected = models.PositiveIntegerField(default=0)
    file_name = models.CharField(max_length=120, blank=True)
    size_bytes = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["login_id", "-id"], name="export_mine")]


class FindPosition(models.Model):
    """How far the index of what can be found has followed the log; one row, id 1.

    target: until where a rebuild goes, 0 if none is under way.
    """

    size = models.BigIntegerField(default=0)
    target = models.BigIntegerField(default=0)


class FindDebt(models.Model):
    """Things of a kind that hang on something that changed: to be indexed anew, the worker's own.

    number: of their kind; ref: of what changed; after: id of the last one that is done.
    """

    number = models.PositiveSmallIntegerField()
    ref = models.CharField(max_length=40)
    after = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number", "ref"], name="find_debt_once")
        ]


class PrintedSheet(models.Model):
    """A list as it was printed, found again by the code on the paper.

    code: 20 hexadecimal digits of the fingerprint; sha256: over the printed rows in order; refs: of
    the rows, by blanks between. Holds no personal data; kept as long as the records.
    """

    code = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    title = models.CharField(max_length=120)
    n = models.PositiveIntegerField()
    total_fen = models.BigIntegerField()
    refs = models.TextField()
    organisation_id = models.BigIntegerField(null=True)
    printed_at = models.DateTimeField()
