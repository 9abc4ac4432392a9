"""Cases, by whom they were infected; the health line's own, seen by few."""

from typing import ClassVar

from django.db import models

from twofront.ground.history import Fact, Scoped


class Case(Scoped, Fact):
    """A case (病例): reported on a day, infected elsewhere (imported), here (local), or not known yet."""

    key_fields: ClassVar = ("case_id",)
    case_id = models.TextField()
    reported_on = models.DateField()
    origin = models.TextField()
    source_case = models.TextField(default="")

    class Meta:
        verbose_name = "病例"
        indexes: ClassVar = [models.Index(fields=["case_id", "-known_at", "-id"], name="case_newest")]
