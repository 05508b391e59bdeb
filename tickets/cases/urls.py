"""The addresses of vendor cases."""

from django.urls import path

from tickets.cases import pages

HERE = "tickets/<str:key>/cases/<int:pk>/"
urlpatterns = [
    path(HERE, pages.case_page, name="vendor-case"),
    path(f"{HERE}answers/", pages.answers, name="vendor-case-answers"),
    path(f"{HERE}reveal/", pages.reveal, name="vendor-case-reveal"),
    *(path(f"{HERE}{noun}/", pages.act, {"noun": noun}, name=f"vendor-case-{noun}") for noun in pages.ACTS),
]
