"""What a line closes, what others publish, and what the county has published itself."""

from typing import ClassVar

from django.db import models

from twofront.ground.history import Fact


class Closing(Fact):
    """A closing (封账): the line says that all it knows of a goal up to and including a day is in."""

    key_fields: ClassVar = ("goal", "on")
    goal = models.TextField()
    on = models.DateField()
    closed_by = models.TextField()

    class Meta:
        verbose_name = "封账"
        indexes: ClassVar = [models.Index(fields=["goal", "on", "-known_at", "-id"], name="closing_newest")]


class PublishedSheet(Fact):
    """A row of a sheet that the power company or the province publishes (发布数据)."""

    key_fields: ClassVar = ("area", "source", "on")
    on = models.DateField()
    area = models.TextField()
    source = models.TextField()
    firm_share = models.FloatField(null=True)
    energy_share = models.FloatField(null=True)
    index = models.FloatField(null=True)
    formula = models.TextField(default="")
    published_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "发布数据"
        indexes: ClassVar = [
            models.Index(fields=["area", "source", "on", "-known_at", "-id"], name="published_newest")
        ]


class Publication(Fact):
    """A publication (发布): a day of the board, frozen as it was known."""

    key_fields: ClassVar = ("on",)
    on = models.DateField()
    board = models.JSONField()
    hash = models.TextField()

    class Meta:
        verbose_name = "发布"
        indexes: ClassVar = [models.Index(fields=["on", "-known_at", "-id"], name="publication_newest")]
