"""The tree of divisions, dated: an old code stays valid before the day of the new tree."""

from typing import ClassVar

from django.db import models

from twofront.ground.history import Dated, by_range, no_overlap


class Division(Dated):
    """A division (行政区划): county, township or village, by its official code."""

    code = models.TextField(db_index=True)
    name = models.TextField()
    name_key = models.TextField(default="")
    parent = models.TextField(default="")

    class Meta:
        verbose_name = "行政区划"
        constraints: ClassVar = [no_overlap("one_division_a_time", "code")]
        indexes: ClassVar = [by_range("division_by_range")]
