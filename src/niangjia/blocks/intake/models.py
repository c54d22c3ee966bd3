"""What came in, and what became of it."""

from typing import ClassVar

from django.db import models


class Upload(models.Model):
    """A file as received. state: taking, done or refused; result: its summary once done.

    login_id: who brought it. The file itself is not kept yet (evidence will).
    """

    ref = models.CharField(max_length=32, unique=True)
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    size_bytes = models.BigIntegerField()
    organisation = models.ForeignKey(
        "orgs.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    login_id = models.BigIntegerField(null=True)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="taking")
    result = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["organisation", "sha256"], name="upload_file")]


class RowProblem(models.Model):
    """Why a cell kept its row out."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="problems")
    sheet = models.CharField(max_length=60)
    row_no = models.PositiveIntegerField()
    key = models.CharField(max_length=40)
    code = models.CharField(max_length=60)
    text = models.CharField(max_length=500)
    shown = models.CharField(max_length=200)
