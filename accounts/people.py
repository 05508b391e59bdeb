"""People by their mail address, and the one role of the provider's that each of them has."""

from django.contrib.auth.models import Group

from accounts import roles
from accounts.models import User

STAFF_ROLES = (roles.TECHNICIAN, roles.MANAGER, roles.ACCOUNT_MANAGER, roles.ADMINISTRATOR)


def person(email: str) -> User:
    """The person with this address, in whatever case it was stored; an unsaved one that cannot sign in yet if new."""
    known = User.objects.filter(email__iexact=email).first()
    if known:
        return known
    user = User(email=email, name=email.partition("@")[0], kind=User.Kind.PERSON)
    user.set_unusable_password()
    return user


def staff_role(user: User) -> str:
    """The provider's role of `user`; "" when it has none."""
    return next((role for role in STAFF_ROLES if role in _group_names(user)), "")


def set_staff_role(user: User, role: str) -> None:
    """Give `user` this role of the provider's and take the others away."""
    user.groups.remove(*Group.objects.filter(name__in=[r for r in STAFF_ROLES if r != role]))
    user.groups.add(Group.objects.get_or_create(name=role)[0])


def _group_names(user: User) -> set[str]:
    return {group.name for group in user.groups.all()} if user.pk else set()
