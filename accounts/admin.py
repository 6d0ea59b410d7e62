"""People and departments in Django's admin, for the system administrator only. Items are not here on purpose."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.forms import SignInForm
from accounts.models import Department, Membership, Region, User
from accounts.roles import Permission


def _keeps_people(request: HttpRequest) -> bool:
    return request.user.is_authenticated and request.user.may(Permission.MANAGE_PEOPLE)


admin.site.has_permission = _keeps_people
admin.site.login_form = SignInForm
admin.site.site_header = admin.site.site_title = _("People and departments")
admin.site.unregister(Group)  # roles are a table in code, not rows


class KeptByAdministrator:
    """The role decides, not Django's own permission rows; nothing is deleted, validity ends instead."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _keeps_people(request)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return _keeps_people(request)

    has_add_permission = has_view_permission
    has_change_permission = has_view_permission

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class MembershipInline(KeptByAdministrator, admin.TabularInline):
    """Nobody gives himself a role: an administrator's own memberships are kept by another one."""

    model = Membership
    extra = 1
    autocomplete_fields = ["department"]

    def has_add_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return _keeps_people(request) and obj != request.user

    has_change_permission = has_add_permission


@admin.register(Region)
class RegionAdmin(KeptByAdministrator, admin.ModelAdmin):
    list_display = ["name", "code", "kind", "valid_from", "valid_to"]
    list_filter = ["kind"]
    search_fields = ["name", "code"]


@admin.register(Department)
class DepartmentAdmin(KeptByAdministrator, admin.ModelAdmin):
    list_display = ["name", "kind", "region", "superior", "valid_from", "valid_to"]
    list_filter = ["kind"]
    search_fields = ["name", "aliases"]
    list_select_related = ["region", "superior"]


class UserCreationForm(AdminUserCreationForm):
    class Meta(AdminUserCreationForm.Meta):
        model = User


@admin.register(User)
class UserAdmin(KeptByAdministrator, DjangoUserAdmin):
    """No superuser or staff switches: rights come from memberships alone."""

    add_form = UserCreationForm
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["name", "email", "phone", "language"]}),
        (_("Access"), {"fields": ["is_active", "last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["username", "name", "email", "usable_password", "password1", "password2"]})]
    readonly_fields = ["last_login", "date_joined"]
    list_display = ["username", "name", "email", "is_active"]
    list_filter = ["is_active", "memberships__role"]
    search_fields = ["username", "name", "email"]
    filter_horizontal = []
    inlines = [MembershipInline]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).filter(is_machine=False)
