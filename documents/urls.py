"""Pages about documents: the desk's, and the plain ones of each client."""

from django.urls import path

from documents import client_pages, editor, pages, sharing_pages

urlpatterns = [
    path("documents/", pages.documents, name="documents"),
    path("documents/new/", editor.new, name="new-document"),
    path("documents/<slug:slug>/", pages.document, name="document"),
    path("documents/<slug:slug>/edit/", editor.edit, name="edit-document"),
    path("documents/<slug:slug>/versions/<int:number>/", pages.version, name="document-version"),
    path("documents/<slug:slug>/audience/", sharing_pages.audience, name="document-audience"),
    path("documents/<slug:slug>/readers/", sharing_pages.readers, name="document-readers"),
    path("documents/<slug:slug>/receipt/", pages.receipt, name="document-receipt"),
    path("documents/<slug:slug>/attachments/", pages.attachments, name="document-attachments"),
    path("documents/<slug:slug>/attachments/<int:pk>/", pages.attachment, name="document-attachment"),
    path("documents/<slug:slug>/attachments/<int:pk>/removal/", pages.attachment_removal, name="detach-document"),
    path("portal/<slug:slug>/documents/", client_pages.client_documents, name="client-documents"),
    path("portal/<slug:slug>/documents/<slug:document>/", client_pages.client_document, name="client-document"),
    path(
        "portal/<slug:slug>/documents/<slug:document>/attachments/<int:pk>/",
        client_pages.client_attachment,
        name="client-attachment",
    ),
]
