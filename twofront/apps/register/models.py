"""One record for each enterprise and meter. The key is internal; the credit code identifies, and may change."""

from typing import ClassVar

from django.db import models

from twofront.ground.history import Current, Dated, Scoped, by_range, no_overlap


class Enterprise(Current):
    """An enterprise (企业): the thing itself, under a key that never changes."""

    uid = models.UUIDField(unique=True)

    class Meta:
        verbose_name = "企业"


class EnterpriseRecord(Scoped, Dated):
    """What the register holds of an enterprise from a day on: name, code, township, sector."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="records")
    credit_code = models.TextField(db_index=True)
    name = models.TextField()
    name_key = models.TextField(default="")
    sector = models.TextField(default="")
    section = models.TextField(default="")
    contact = models.TextField(default="")
    mobile = models.TextField(default="")
    normal_staff = models.IntegerField(null=True)

    class Meta:
        verbose_name = "企业登记"
        constraints: ClassVar = [
            no_overlap("one_record_a_time", "enterprise"),
            no_overlap("one_code_a_time", "credit_code"),
        ]
        indexes: ClassVar = [by_range("enterprise_by_range")]


class MeterShare(Scoped, Dated):
    """A meter (电表, 户号) and the share of it that an enterprise uses, from a day to a day."""

    meter = models.TextField(db_index=True)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="shares")
    share = models.FloatField()

    class Meta:
        verbose_name = "户号"
        constraints: ClassVar = [no_overlap("one_share_a_time", "meter", "enterprise")]
        indexes: ClassVar = [by_range("share_by_range")]
