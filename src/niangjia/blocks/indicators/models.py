"""What it adds up to: sums per cell, and how far in the log they reach."""

from typing import ClassVar

from django.db import models


class Cell(models.Model):
    """Sums of one projection for one combination of dimensions.

    key: the dimensions' values joined by U+001F, in the projection's order. n: records net of
    reversals; fen: integer fen; first to eighth: the projection's further measures.
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

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["projection", "key"], name="cell_once")
        ]


class Position(models.Model):
    """How many entries of the log a projection has folded in; moves with its sums."""

    projection = models.CharField(max_length=40, primary_key=True)
    size = models.BigIntegerField(default=0)
