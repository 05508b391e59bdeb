"""People are known by their address, in whatever case they write it; programs have keys instead."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.models import User


class ByAddress(ModelBackend):
    """Address and password. Who is not active, or not a person, is nobody, also in the middle of a session."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **other: Any
    ) -> User | None:
        known = User.objects.filter(email__iexact=username or "").values_list("email", flat=True).first()
        return super().authenticate(request, username=known or username, password=password, **other)

    def user_can_authenticate(self, user: User) -> bool:
        return super().user_can_authenticate(user) and user.is_person
