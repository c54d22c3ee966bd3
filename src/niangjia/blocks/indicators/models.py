"""What it adds up to: sums per cell, how far in the log they reach, and what was published."""

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


class BulletinSeries(models.Model):
    """The bulletins of one scope of an indicator; n: how many. Locked while one is published, so
    that their numbers have no gap."""

    indicator = models.CharField(max_length=40)
    scope = models.CharField(max_length=80)
    n = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["indicator", "scope"], name="bulletin_one_series")
        ]


class Bulletin(models.Model):
    """A published bulletin; the database refuses to change or remove it.

    as_of: cut-off, UTC. log_size: entries of the site that it could see, log_first of them before
    the log of that origin. n, sums: of the tree, a sum for each of `lines`. since: the bulletin
    that late and adjusted speak of; previous: the one with the number before.
    """

    ref = models.CharField(max_length=32, unique=True)
    fact_ref = models.CharField(max_length=32, unique=True)
    indicator = models.CharField(max_length=40)
    scope = models.CharField(max_length=80)
    number = models.PositiveIntegerField()
    as_of = models.DateTimeField()
    log_origin = models.CharField(max_length=120)
    log_first = models.BigIntegerField()
    log_size = models.BigIntegerField()
    log_root = models.BinaryField()
    policy = models.CharField(max_length=40)
    lines = models.JSONField()
    n = models.BigIntegerField()
    sums = models.JSONField()
    tree_root = models.BinaryField()
    counts = models.JSONField()
    late = models.JSONField()
    adjusted = models.JSONField()
    previous = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="following"
    )
    since = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    corrects = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="correction"
    )
    explanation = models.TextField(blank=True)
    document = models.BinaryField()
    document_sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator", "scope", "number"], name="bulletin_one_number"
            ),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="bulletin_from_1"),
            models.CheckConstraint(
                condition=models.Q(corrects=None) | ~models.Q(explanation=""),
                name="bulletin_correction_explained",
            ),
        ]


class BulletinTile(models.Model):
    """A tile of a bulletin's sum tree (lib.sumtree.Tile), so that a path is read, not rebuilt."""

    bulletin = models.ForeignKey(Bulletin, on_delete=models.PROTECT, related_name="tiles")
    level = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    first = models.BigIntegerField()
    rows = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["bulletin", "level", "number"], name="bulletin_one_tile"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["bulletin", "level", "first"], name="bulletin_tile_first")
        ]
