"""The ledger's own tables: acts, events, seals, touches, imports, versions of the playbook, the clock.

They hold ids, names of fields and hashes, never the values that people entered; the only values are those of the
system itself (an import's counts, a playbook).
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Act(models.Model):
    """An act (行为): one change of the county's records, by somebody, at a moment; also the permanent inbox of keys."""

    history: ClassVar = "fact"
    uid = models.UUIDField(unique=True)
    key = models.TextField(unique=True)
    body_hash = models.TextField()
    actor = models.TextField()
    seat = models.TextField(default="")
    under = models.TextField(null=True)
    at = models.DateTimeField()
    machine_at = models.DateTimeField()
    answer = models.JSONField(null=True)


class RefusedKey(models.Model):
    """A key that came again with another body: refused, and kept to be looked at."""

    history: ClassVar = "fact"
    key = models.TextField()
    body_hash = models.TextField()
    actor = models.TextField()
    machine_at = models.DateTimeField()


class Event(models.Model):
    """An audit event (审计事件): who did what to which row, by ids and names of fields."""

    history: ClassVar = "fact"
    act = models.ForeignKey(Act, on_delete=models.PROTECT, db_index=True)
    verb = models.TextField()
    about = models.TextField(default="")
    fields = ArrayField(models.TextField(), default=list)
    digest = models.TextField(default="")
    at = models.DateTimeField()
    machine_at = models.DateTimeField()
    actor = models.TextField()
    under = models.TextField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["about", "id"])]


class Seal(models.Model):
    """A link of the chain over the events; its sequence has no holes."""

    history: ClassVar = "fact"
    seq = models.BigIntegerField(unique=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT)
    hash = models.TextField()


class Touch(models.Model):
    """What the triggers noted: which rows of which table an act wrote."""

    history: ClassVar = "fact"
    act = models.ForeignKey(Act, on_delete=models.PROTECT, db_index=True)
    tab = models.TextField()
    op = models.TextField()
    keys = ArrayField(models.BigIntegerField())
    fields = ArrayField(models.TextField(), default=list)


class Change(models.Model):
    """A subject and day that an act changed, so that a figure knows when it must be counted anew."""

    history: ClassVar = "fact"
    act = models.ForeignKey(Act, on_delete=models.PROTECT)
    topic = models.TextField()
    on = models.DateField(null=True)
    mark = models.IntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["topic", "on", "id"])]


class Import(models.Model):
    """An import (导入): one file taken in by one act; every row of it is accounted for."""

    history: ClassVar = "fact"
    uid = models.UUIDField(unique=True)
    act = models.OneToOneField(Act, on_delete=models.PROTECT)
    kind = models.TextField()
    file_name = models.TextField()
    sha256 = models.TextField()
    options = models.JSONField(default=dict)
    on = models.DateField()
    known_at = models.DateTimeField()
    at = models.DateTimeField()
    machine_at = models.DateTimeField()
    actor = models.TextField()
    read = models.IntegerField()
    accepted = models.IntegerField()
    duplicate = models.IntegerField()
    rejected = models.IntegerField()
    report = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(read=F("accepted") + F("duplicate") + F("rejected")),
                name="every_row_is_accounted_for",
            ),
            models.UniqueConstraint(fields=["kind", "sha256", "on", "options"], name="one_import_a_file"),
        ]


class RejectedRow(models.Model):
    """A row that an import refused, as it came, with its reasons; gone when its retention ends."""

    history: ClassVar = "fact"
    imported = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="rejects")
    row = models.IntegerField()
    cells = models.JSONField()
    reasons = models.JSONField()


class LakeFile(models.Model):
    """A line of the lake's manifest; readers go by it and by nothing else."""

    history: ClassVar = "fact"
    act = models.ForeignKey(Act, on_delete=models.PROTECT)
    path = models.TextField(unique=True)
    on = models.DateField(db_index=True)
    kind = models.TextField()
    rows = models.BigIntegerField()
    size = models.BigIntegerField()
    sha256 = models.TextField()
    known_at = models.DateTimeField()
    seq = models.BigIntegerField()


class KindsVersion(models.Model):
    """A version of the playbook (预案), in force from the moment it is known."""

    history: ClassVar = "fact"
    code = models.TextField()
    sha256 = models.TextField()
    body = models.JSONField()
    known_at = models.DateTimeField()


class ClockReading(models.Model):
    """Where the county's clock was set; without one it follows the machine's."""

    history: ClassVar = "fact"
    reads = models.DateTimeField()


class Attempt(models.Model):
    """A try to log in, by keyed hashes of login and address, so that guessing is slowed."""

    history: ClassVar = "fact"
    login_hash = models.TextField(db_index=True)
    address_hash = models.TextField(db_index=True)
    succeeded = models.BooleanField()
    machine_at = models.DateTimeField()


class Progress(models.Model):
    """How far a long job has come; written in its own short transactions."""

    history: ClassVar = "current"
    uid = models.UUIDField(unique=True)
    what = models.TextField()
    actor = models.TextField()
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    state = models.TextField(default="waiting")
    body = models.JSONField(default=dict)
    result = models.JSONField(null=True)
    machine_at = models.DateTimeField()
