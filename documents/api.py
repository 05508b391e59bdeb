"""Documents over the REST API, to be read: those that the key may read, as they stand."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api_view import ApiView
from accounts.roles import PROVIDER_WIDE
from documents.models import Document, DocumentVersion


class DocumentForm(serializers.Serializer):
    """A document, without its text."""

    name = serializers.CharField()
    slug = serializers.CharField()
    kind = serializers.ChoiceField(choices=Document.Kind.choices)
    audience = serializers.ChoiceField(choices=Document.Audience.choices)
    client = serializers.CharField(source="client.slug", default=None, allow_null=True)
    version = serializers.IntegerField()
    published_at = serializers.DateTimeField()
    out_of_force_at = serializers.DateTimeField(allow_null=True)


class DocumentText(DocumentForm):
    """A document with the text of its live version, in Markdown."""

    body = serializers.CharField()
    added = serializers.CharField(help_text="What people added to a generated document")


class Documents(ApiView):
    """Every document that the key may read."""

    scopes = {"GET": "config:read"}

    @extend_schema(operation_id="list_documents", responses=DocumentForm(many=True))
    def get(self, request: Request) -> Response:
        """List documents without their texts, newest first."""
        return self.page(_published(request.user), lambda page: DocumentForm(page, many=True).data)


class OneDocument(ApiView):
    """One document."""

    scopes = {"GET": "config:read"}

    @extend_schema(operation_id="get_document", responses=DocumentText)
    def get(self, request: Request, slug: str) -> Response:
        """Read a document as it stands. One that the key may not read is answered like none."""
        document = get_object_or_404(_published(request.user), slug=slug)
        live: Any = DocumentVersion.live(document)
        document.body, document.added = live.body, live.added
        return Response(DocumentText(document).data)


def _published(user: Any) -> QuerySet[Document]:
    """What is published; for a client's own key, as on that client's pages, only what is in force."""
    visible = Document.objects.visible_to(user).with_live().select_related("client").defer("words", "search")
    return visible if user.roles.intersection(PROVIDER_WIDE) else visible.filter(out_of_force_at__isnull=True)
