"""Every URL of the portal; `4-surfaces` names are promises."""

urlpatterns: list = []
