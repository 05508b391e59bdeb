"""Pages about people, and about who sees which client."""

from django.urls import path

from tiers import client_access, people_page

ACCESS = "clients/<slug:slug>/access/"

urlpatterns = [
    path("people/", people_page.people, name="people"),
    path("people/new/", people_page.new, name="new-person"),
    path("people/<int:pk>/", people_page.person, name="person"),
    path("people/<int:pk>/role/", people_page.role, name="person-role"),
    path("people/<int:pk>/departure/", people_page.departure, name="person-departure"),
    path("people/<int:pk>/comeback/", people_page.comeback, name="person-comeback"),
    path("people/<int:pk>/invitation/", people_page.invitation, name="person-invitation"),
    path("people/<int:pk>/revocation/", people_page.revocation, name="person-revocation"),
    path(ACCESS, client_access.access, name="client-access"),
    path(f"{ACCESS}new/", client_access.invite, name="client-invite"),
    path(f"{ACCESS}teams/", client_access.teams, name="client-teams"),
    path(f"{ACCESS}account-managers/", client_access.account_managers, name="client-account-managers"),
    path(f"{ACCESS}people/<int:pk>/role/", client_access.contact_role, name="client-contact-role"),
    path(f"{ACCESS}people/<int:pk>/removal/", client_access.removal, name="client-access-removal"),
    path(f"{ACCESS}people/<int:pk>/invitation/", client_access.invitation, name="client-invitation"),
    path(f"{ACCESS}people/<int:pk>/revocation/", client_access.revocation, name="client-invitation-revocation"),
]
