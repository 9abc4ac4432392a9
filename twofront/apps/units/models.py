"""Accounts and posts. A post is dated: who held which role where, on any day."""

from typing import ClassVar

from django.db import models

from twofront.ground.history import Current, Dated, by_range, no_overlap


class Account(Current):
    """An account (账号) of one named person."""

    login = models.TextField(unique=True)
    name = models.TextField(default="")
    phone = models.TextField(default="")
    password = models.TextField(default="")
    must_change = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    epoch = models.IntegerField(default=0)
    token_hash = models.TextField(default="", db_index=True)

    class Meta:
        verbose_name = "账号"

    def __str__(self) -> str:
        return self.login


class Post(Dated):
    """A post (岗位): a role that an account holds for a unit and a line from a day to a day; `*` = every one."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="posts")
    role = models.TextField()
    unit = models.TextField()
    line = models.TextField()

    class Meta:
        verbose_name = "岗位"
        constraints: ClassVar = [no_overlap("one_post_a_time", "account", "role", "unit", "line")]
        indexes: ClassVar = [by_range("post_by_range")]
