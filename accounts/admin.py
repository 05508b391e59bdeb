"""The admin pages: people and their keys as they are stored, for administrators to look at.

They are changed on the portal's own pages, which keep the last administrator and write down who did what.
"""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.models import ApiKey, User
from accounts.roles import ADMINISTRATOR


class PortalAdmin(admin.AdminSite):
    """Django's admin behind the portal's own sign-in and its administrator role."""

    site_header = site_title = "Escalation Portal"
    index_title = "People and keys"

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return user.is_active and user.is_authenticated and ADMINISTRATOR in user.roles

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """There is one sign-in page; who is signed in and still sent here is not an administrator."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"), reverse("sign-in"))


class ForAdministrators:
    """The site has asked for the role already; here everything is only looked at."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class PersonAdmin(ForAdministrators, UserAdmin):
    """People, to be looked at: they are invited and changed on the page People, which guards what this would not."""

    list_display = ("email", "name", "kind", "is_active", "last_login")
    list_filter = ("is_active", "kind", "groups")
    search_fields = ("email", "name")
    ordering = ("email",)
    fieldsets = (
        (None, {"fields": ("email", "name", "kind", "timezone")}),
        ("Access", {"fields": ("is_active", "groups")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )


class ApiKeyAdmin(ForAdministrators, admin.ModelAdmin):
    """Keys, to be looked at: the key itself is nowhere, its hash stays hidden."""

    list_display = ("name", "prefix", "user", "created_at", "expires_at", "revoked_at", "last_used_at")
    list_select_related = ("user",)
    fields = ("user", "prefix", "scopes", "created_at", "expires_at", "revoked_at", "last_used_at")


site = PortalAdmin(name="admin")
site.register(User, PersonAdmin)
site.register(ApiKey, ApiKeyAdmin)
