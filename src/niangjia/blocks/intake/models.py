"""What came in, and what became of it."""

from typing import ClassVar

from django.db import models

STATES = (
    "received",
    "mapping",
    "checking",
    "checked",
    "taking",
    "done",
    "refused",
    "abandoned",
)


class Upload(models.Model):
    """A file as received; one brought on the page is kept under its ref in `uploads/`.

    state: received (looked at by the worker), mapping (its columns wait for the clerk), checking,
    checked (waits for mending or for the take), taking, done, refused (no file to take), abandoned.
    version: goes up with each change, so that a page that is behind changes nothing. look, choices,
    edits: what the file holds, how it is to be read, what was mended; result: of the last check or
    of the take. n_done of n_expected rows; finished_at: when the slow step ended, or while it runs
    its last sign of life; error: why it was refused or stopped, code and text.
    role: the hat it was brought under, with login_id. kind: which of the programme's kinds of file
    it is read as, empty until it was looked at. subject: what it belongs to, `review:<ref>`, empty
    for what stands alone.
    """

    ref = models.CharField(max_length=32, unique=True)
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    size_bytes = models.BigIntegerField()
    organisation = models.ForeignKey(
        "orgs.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    login_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=20, blank=True)
    subject = models.CharField(max_length=60, blank=True)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="taking")
    version = models.PositiveIntegerField(default=0)
    kept = models.BooleanField(default=False)
    look = models.JSONField(default=dict)
    choices = models.JSONField(default=dict)
    edits = models.JSONField(default=list)
    result = models.JSONField(default=dict)
    error = models.JSONField(default=dict)
    n_done = models.PositiveIntegerField(default=0)
    n_expected = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "sha256"], name="upload_file"),
            models.Index(fields=["organisation", "kept", "id"], name="upload_kept"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="upload_state")
        ]


class RowProblem(models.Model):
    """Why a cell kept its row out, or (hint) what is only told.

    stood: what the cell held before any mending, empty for personal columns; offer: what it most
    likely should say; edit: the edit that mends it and was not checked yet.
    """

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="problems")
    sheet = models.CharField(max_length=60)
    row_no = models.PositiveIntegerField()
    key = models.CharField(max_length=40)
    header = models.CharField(max_length=60, blank=True)
    code = models.CharField(max_length=60)
    text = models.CharField(max_length=500)
    shown = models.CharField(max_length=200)
    stood = models.CharField(max_length=200, blank=True)
    offer = models.CharField(max_length=200, blank=True)
    hint = models.BooleanField(default=False)
    edit = models.CharField(max_length=12, blank=True)
    row_text = models.CharField(max_length=200, blank=True)


class KnownColumns(models.Model):
    """How an organisation read a header the last time. keys: per position, empty if not read."""

    organisation = models.ForeignKey(
        "orgs.Organisation", on_delete=models.CASCADE, related_name="+"
    )
    signature = models.CharField(max_length=16)
    keys = models.JSONField(default=list)
    chosen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "signature"], name="known_columns_once")
        ]
