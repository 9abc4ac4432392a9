"""Drafts of tables. The tables in force are in the playbook and nowhere else; a draft puts nothing in force."""

from typing import ClassVar

from django.db import models

from twofront.ground.history import Fact, Scoped


class RuleDraft(Scoped, Fact):
    """A draft (草稿) of a decision table: each time it is saved is a version, none is ever overwritten, the last counts.

    It is void where it was discarded, and comes back by one more version.
    """

    key_fields: ClassVar[tuple[str, ...]] = ("uid",)
    uid = models.UUIDField(db_index=True)
    version = models.IntegerField()
    decision = models.TextField()
    place = models.TextField()
    clause = models.TextField()
    basis = models.TextField(default="")
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    text = models.TextField()
    faults = models.IntegerField()
    reason = models.TextField(default="")

    class Meta:
        verbose_name = "规则草稿"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["uid", "version"], name="one_draft_a_version")
        ]
