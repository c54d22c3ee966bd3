"""What it adds up to: sums per cell, and how far in the log they reach."""

from typing import ClassVar

from django.db import models


class Cell(models.Model):
    """Sums of one projection for one combination of dimensions.

    key: the dimensions' values joined by U+001F, in the projection's order. d0 to d9: the same, one
    column each, to group and narrow by. n: records net of reversals; fen: integer fen; first to
    eighth: the projection's further measures.
    """

    projection = models.CharField(max_length=40)
    key = models.CharField(max_length=300)
    n = models.BigIntegerField()
    fen = models.BigIntegerField()
    first = models.BigIntegerField()
    second = models.BigIntegerField()
    third = models.BigIntegerField(default=0)
    fourth = models.BigIntegerField(default=0)
    fifth = models.BigIntegerField(default=0)
    sixth = models.BigIntegerField(default=0)
    seventh = models.BigIntegerField(default=0)
    eighth = models.BigIntegerField(default=0)
    d0 = models.CharField(max_length=100, default="", db_default="")
    d1 = models.CharField(max_length=100, default="", db_default="")
    d2 = models.CharField(max_length=100, default="", db_default="")
    d3 = models.CharField(max_length=100, default="", db_default="")
    d4 = models.CharField(max_length=100, default="", db_default="")
    d5 = models.CharField(max_length=100, default="", db_default="")
    d6 = models.CharField(max_length=100, default="", db_default="")
    d7 = models.CharField(max_length=100, default="", db_default="")
    d8 = models.CharField(max_length=100, default="", db_default="")
    d9 = models.CharField(max_length=100, default="", db_default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["projection", "key"], name="cell_once")
        ]
        # What narrows to few cells: a county, some units. All others are met by reading on.
        indexes: ClassVar = [
            models.Index(fields=["d3"], name="cell_d3"),
            models.Index(fields=["d8"], name="cell_d8"),
        ]


class Position(models.Model):
    """How many entries of the log a projection has folded in; moves with its sums."""

    projection = models.CharField(max_length=40, primary_key=True)
    size = models.BigIntegerField(default=0)
