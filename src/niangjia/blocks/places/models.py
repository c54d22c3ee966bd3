"""Where: regions of GB/T 2260 with the years they were valid, and counties under assistance."""

from typing import ClassVar

from django.db import models


class Region(models.Model):
    """A code of GB/T 2260 under one name, for the years [valid_from, valid_to).

    level: province, prefecture, county. Years are those of the list; None means open.
    successor: the code that took its place, if one did.
    """

    code = models.CharField(max_length=6)
    name = models.CharField(max_length=60)
    level = models.CharField(max_length=12)
    province = models.CharField(max_length=30)
    valid_from = models.PositiveSmallIntegerField(null=True)
    valid_to = models.PositiveSmallIntegerField(null=True)
    successor = models.CharField(max_length=6, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "name"], name="region_code_name")
        ]
        indexes: ClassVar = [models.Index(fields=["name"], name="region_name")]


class AssistedCounty(models.Model):
    """A county on the national list: assisted until the year it left (exit_year inclusive).

    city_link: how it is known that the installation's city assists it (`sourced`, `inferred`, or
    empty); district: the city's district paired with it, by name.
    """

    code = models.CharField(max_length=6, blank=True)
    listed_code = models.CharField(max_length=6)
    listed_name = models.CharField(max_length=60)
    name = models.CharField(max_length=60, blank=True)
    province = models.CharField(max_length=30)
    prefecture = models.CharField(max_length=60)
    exit_year = models.PositiveSmallIntegerField()
    city_link = models.CharField(max_length=10, blank=True)
    district = models.CharField(max_length=30, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["province", "listed_name"], name="assisted_county_once")
        ]
        indexes: ClassVar = [models.Index(fields=["code"], name="assisted_code")]
