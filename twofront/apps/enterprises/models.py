"""Lists and their members, what is declared and what is confirmed, and the projects."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from twofront.ground.history import Current, Dated, Fact, Scoped, by_range, no_overlap

_ONE_SUBJECT = Q(enterprise__isnull=False, project__isnull=True) | Q(
    enterprise__isnull=True, project__isnull=False
)


class Project(Current):
    """A project (项目): the thing itself, under a key that never changes."""

    uid = models.UUIDField(unique=True)
    code = models.TextField(unique=True)

    class Meta:
        verbose_name = "项目"


class ProjectRecord(Scoped, Dated):
    """What is on record of a project from a day on."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="records")
    name = models.TextField()
    level = models.TextField(default="")
    kind = models.TextField()
    workers_normal = models.IntegerField(null=True)

    class Meta:
        verbose_name = "项目登记"
        constraints: ClassVar = [no_overlap("one_project_a_time", "project")]
        indexes: ClassVar = [by_range("project_by_range")]


class Membership(Scoped, Dated):
    """Membership (名单成员) of a list, from a day to a day; joining and leaving carry a reason."""

    list = models.TextField()
    enterprise = models.ForeignKey(
        "register.Enterprise", on_delete=models.PROTECT, null=True, related_name="memberships"
    )
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, related_name="memberships")
    reason = models.TextField(default="")

    class Meta:
        verbose_name = "名单成员"
        constraints: ClassVar = [
            models.CheckConstraint(condition=_ONE_SUBJECT, name="a_member_is_one_thing"),
            no_overlap("one_membership_of_enterprise", "list", "enterprise"),
            no_overlap("one_membership_of_project", "list", "project"),
        ]
        indexes: ClassVar = [by_range("membership_by_range")]


class Report(Scoped, Fact):
    """A daily report (日报): what an enterprise declares of a day."""

    key_fields: ClassVar = ("enterprise_id", "on")
    on = models.DateField()
    enterprise = models.ForeignKey(
        "register.Enterprise", on_delete=models.PROTECT, related_name="reports", db_index=False
    )
    opened = models.BooleanField()
    on_site = models.IntegerField(null=True)
    normal_staff = models.IntegerField(null=True)
    difficulty = models.TextField(default="")

    class Meta:
        verbose_name = "复工日报"
        indexes: ClassVar = [
            models.Index(fields=["on", "enterprise", "-known_at", "-id"], name="report_newest")
        ]


class Visit(Scoped, Fact):
    """An officer's visit (驻企服务员走访): what somebody saw with his own eyes on a day."""

    key_fields: ClassVar = ("enterprise_id", "project_id", "officer", "on")
    on = models.DateField()
    officer = models.TextField()
    enterprise = models.ForeignKey(
        "register.Enterprise", on_delete=models.PROTECT, null=True, related_name="visits"
    )
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, related_name="visits")
    opened = models.BooleanField()
    on_site = models.IntegerField(null=True)

    class Meta:
        verbose_name = "走访记录"
        constraints: ClassVar = [
            models.CheckConstraint(condition=_ONE_SUBJECT, name="a_visit_is_to_one_thing")
        ]
        indexes: ClassVar = [
            models.Index(fields=["on", "enterprise", "project", "-known_at", "-id"], name="visit_newest")
        ]


class ProjectReport(Scoped, Fact):
    """A project's report (项目日报): resumed or not on a day, how many are on site, and why not."""

    key_fields: ClassVar = ("project_id", "on")
    on = models.DateField()
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="reports", db_index=False)
    resumed = models.BooleanField()
    on_site = models.IntegerField(null=True)
    reason = models.TextField(default="")

    class Meta:
        verbose_name = "项目日报"
        indexes: ClassVar = [
            models.Index(fields=["on", "project", "-known_at", "-id"], name="project_report_newest")
        ]
