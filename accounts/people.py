"""People by their mail address, the one role of the provider's that each of them has, and who runs the portal."""

from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet

from accounts import roles
from accounts.models import User

# Who looks after a client may do so beside another role: that one is told first.
STAFF_ROLES = (roles.TECHNICIAN, roles.MANAGER, roles.ADMINISTRATOR, roles.ACCOUNT_MANAGER)
# Django's mark of a password that nobody can have: an account that waits for its invitation.
NO_PASSWORD = "!"


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
    """Give `user` this role of the provider's and take the others away; who looks after clients goes on doing so."""
    kept = {role}
    if user.groups.filter(name__startswith=f"{roles.ACCOUNT_MANAGER} of ").exists():
        kept.add(roles.ACCOUNT_MANAGER)
    user.groups.remove(*Group.objects.filter(name__in=[r for r in STAFF_ROLES if r not in kept]))
    user.groups.add(Group.objects.get_or_create(name=role)[0])


def has_joined(user: User) -> bool:
    """Whether this person has a password or has signed in by other means."""
    return user.last_login is not None or user.has_usable_password()


def administrators() -> QuerySet[User]:
    """Those who can run the portal: active, and not still waiting for their invitation."""
    waiting = Q(password__startswith=NO_PASSWORD, last_login__isnull=True)
    return User.objects.filter(groups__name=roles.ADMINISTRATOR, is_active=True).exclude(waiting)


def _group_names(user: User) -> set[str]:
    return {group.name for group in user.groups.all()} if user.pk else set()
