"""Regions, departments, users and their memberships."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.roles import PERMISSIONS, Permission, Role


def today() -> date:
    """The business day in Asia/Shanghai."""
    return timezone.localdate()


class ValidityQuerySet(models.QuerySet):
    """Rows that hold from one day to another, both included; an open end is null."""

    def valid_on(self, day: date) -> ValidityQuerySet:
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gte=day)
        )


class Validity(models.Model):
    """From and to, both days included; null is open."""

    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = ValidityQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_from__lte=F("valid_to")),
                name="%(app_label)s_%(class)s_validity_in_order",
            )
        ]


class Region(Validity):
    """A city, a statutory county or a functional zone. Codes: GB/T 2260; zones without a national code have none."""

    class Kind(models.TextChoices):
        CITY = "city", _("City")
        COUNTY = "county", _("County, district or county-level city")
        ZONE = "zone", _("Functional zone")

    code = models.CharField(_("code"), max_length=12, unique=True, null=True, blank=True)
    name = models.CharField(_("name"), max_length=50, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name=_("part of"))

    class Meta(Validity.Meta):
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["code", "id"]

    def __str__(self) -> str:
        return self.name


class Department(Validity):
    """A body that carries a role on items: a municipal department, a county, a zone's committee, the office itself."""

    class Kind(models.TextChoices):
        MUNICIPAL = "municipal", _("Municipal department")
        COUNTY = "county", _("County government")
        ZONE = "zone", _("Management committee")
        OFFICE = "office", _("Committee office")
        GOVERNMENT = "government", _("City government")

    name = models.CharField(_("name"), max_length=80, unique=True)
    aliases = ArrayField(models.CharField(max_length=80), default=list, blank=True, verbose_name=_("also called"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("region"))
    superior = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name=_("superior"))
    position = models.PositiveSmallIntegerField(_("position"), default=100)

    class Meta(Validity.Meta):
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_jurisdiction(self) -> bool:
        """Is it one of 各县〔市、区〕政府〔管委会〕?"""
        return self.kind in (self.Kind.COUNTY, self.Kind.ZONE)


# These roles act on what a committee office keeps, or see what a government governs: elsewhere they could do nothing.
ONLY_IN = {
    Role.DISPATCHER: Department.Kind.OFFICE,
    Role.AUDITOR: Department.Kind.OFFICE,
    Role.CITY_LEADER: Department.Kind.GOVERNMENT,
}


def refuse_role(role: str, department: Department) -> str | None:
    """Why nobody can hold this role in this department, in a sentence; None where one can."""
    kind = ONLY_IN.get(Role(role), department.kind)
    if kind == department.kind:
        return None
    sentence = _("“{role}” is a role of another kind of department ({kind}); in “{department}” it could do nothing.")
    return str(sentence).format(role=Role(role).label, kind=Department.Kind(kind).label, department=department)


class User(AbstractUser):
    """A person who signs in, or the stand-in of a machine client (never signs in)."""

    first_name = None
    last_name = None
    name = models.CharField(_("name"), max_length=50)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    language = models.CharField(
        _("language"), max_length=10, default="zh-hans", choices=[("zh-hans", "简体中文"), ("en", "English")]
    )
    is_machine = models.BooleanField(_("machine client"), default=False, editable=False)

    REQUIRED_FIELDS = ["name", "email"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    get_short_name = get_full_name

    @cached_property
    def memberships_today(self) -> list[Membership]:
        """This person's memberships that hold today, in departments that still exist; read once a request."""
        rows = Membership.objects.valid_on(today()).filter(user=self).select_related("department")
        return [row for row in rows if row.department.valid_to is None or row.department.valid_to >= today()]

    @cached_property
    def _departments_by_permission(self) -> dict[Permission, frozenset[int]]:
        found: defaultdict[Permission, set[int]] = defaultdict(set)
        if self.is_active:
            for membership in self.memberships_today:
                for permission in PERMISSIONS[Role(membership.role)]:
                    found[permission].add(membership.department_id)
        return {permission: frozenset(ids) for permission, ids in found.items()}

    def departments_with(self, permission: Permission) -> frozenset[int]:
        """Ids of the departments in which this person holds the permission today."""
        return self._departments_by_permission.get(permission, frozenset())

    def may(self, permission: Permission) -> bool:
        """Does this person hold the permission in any department today?"""
        return bool(self.departments_with(permission))

    @property
    def sees_items(self) -> bool:
        """Does this person read items at all? The three administrators (三员) do not."""
        return any(map(self.may, (Permission.SEE_DEPARTMENT, Permission.SEE_OFFICE, Permission.SEE_CITY)))


class Membership(Validity):
    """A user holds a role in a department, from–to."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("user"))
    department = models.ForeignKey(Department, models.PROTECT, related_name="memberships", verbose_name=_("department"))
    role = models.CharField(_("role"), max_length=20, choices=Role)

    class Meta(Validity.Meta):
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            *Validity.Meta.constraints,
            ExclusionConstraint(
                name="accounts_membership_no_overlap",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("department", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (
                        Func(
                            "valid_from",
                            "valid_to",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("This person already holds this role in this department then."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.department} · {self.get_role_display()}"

    def clean(self) -> None:
        """Raises ValidationError for a role that is of no use there."""
        super().clean()
        is_told = self.department_id is not None and self.role in Role.values
        if is_told and (sentence := refuse_role(self.role, self.department)):
            raise ValidationError({"role": sentence})
