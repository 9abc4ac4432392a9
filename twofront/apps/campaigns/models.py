"""How far a campaign has come in each village, as reported to the end of a day."""

from typing import ClassVar

from django.db import models

from twofront.ground.history import Fact, Scoped


class Coverage(Scoped, Fact):
    """Coverage (摸排进度): dwellings of a village, and those done, cumulative to the end of a day."""

    key_fields: ClassVar = ("campaign", "village", "on")
    campaign = models.TextField()
    on = models.DateField()
    village = models.TextField()
    dwellings = models.IntegerField()
    done = models.IntegerField()

    class Meta:
        verbose_name = "摸排进度"
        indexes: ClassVar = [
            models.Index(fields=["campaign", "village", "on", "-known_at", "-id"], name="coverage_newest")
        ]
