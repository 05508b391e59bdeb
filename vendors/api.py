"""The vendor directory over the REST API: read, and written in the form of the configuration files."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Max
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.fields import Body
from accounts.problems import Problem
from sla.api import ConfigurationView
from vendors.directory_form import service_forms, vendor_forms
from vendors.editing import EditedMeanwhile, Refused, readable, save
from vendors.models import Service, Vendor
from vendors.schema import VendorRow

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True,
    description="The ETag of the vendor as it was read, or * for whatever it is",
)  # fmt: skip
LONGEST_NOTE = 300
ETAG = re.compile(r'"([0-9]{1,18})"', re.ASCII)
# What PUT makes of keys that were left out.
EMPTY_VENDOR: Mapping[str, Any] = {"website": "", "protocol": "", "mail_domains": [], "retired": False}
EMPTY_SERVICE: Mapping[str, Any] = {
    "category": "", "plan": "", "client_text": "", "client_text_in": {}, "contacts": [], "commitment": None,
    "severity_of": {}, "required": [], "engage_when": [], "template": None, "lodge_by": "MAIL", "number_pattern": "",
    "sources": [], "verify_first": False, "retired": False,
}  # fmt: skip


class DirectoryVendor(serializers.Serializer):
    """A vendor with its services and accounts, as in the configuration files. Secrets never stand in it."""

    name = serializers.CharField()
    slug = serializers.CharField()
    edit = serializers.IntegerField(help_text="The number of its latest edit, 0 for none; its ETag")
    retired_at = serializers.DateTimeField(allow_null=True)
    document = serializers.DictField(help_text="As in the configuration files")


class DirectoryService(serializers.Serializer):
    """A service with everything that a case with it needs."""

    name = serializers.CharField()
    slug = serializers.CharField()
    vendor = serializers.CharField(source="vendor.name")
    retired_at = serializers.DateTimeField(allow_null=True)
    document = serializers.DictField(help_text="As in the configuration files")


class VendorBody(Body):
    """A vendor in the form of the configuration files, and why it is written."""

    note = serializers.CharField(required=False, max_length=LONGEST_NOTE)
    name = serializers.CharField(required=False)
    website = serializers.CharField(required=False)
    protocol = serializers.CharField(required=False)
    mail_domains = serializers.ListField(child=serializers.CharField(), required=False)
    retired = serializers.BooleanField(required=False)
    services = serializers.ListField(child=serializers.DictField(), required=False)
    accounts = serializers.ListField(child=serializers.DictField(), required=False)


class Vendors(ConfigurationView):
    """Every vendor."""

    @extend_schema(operation_id="list_vendors", responses=DirectoryVendor(many=True))
    def get(self, request: Request) -> Response:
        """List vendors with their services, retired ones too, newest first."""
        self.known("cursor")
        return self.page(Vendor.objects.all(), lambda page: DirectoryVendor(shown(page), many=True).data)


class Services(ConfigurationView):
    """Every service."""

    @extend_schema(operation_id="list_services", responses=DirectoryService(many=True))
    def get(self, request: Request) -> Response:
        """List the services of all vendors, retired ones too, newest first."""
        self.known("cursor")
        return self.page(Service.objects.select_related("vendor"), self._shown)

    def _shown(self, page: Sequence[Service]) -> Any:
        forms = service_forms(page)
        rows = [
            {"name": s.name, "slug": s.slug, "vendor": s.vendor, "retired_at": s.retired_at, "document": forms[s.pk]}
            for s in page
        ]
        return DirectoryService(rows, many=True).data


class OneVendor(ConfigurationView):
    """One vendor."""

    scopes = {"GET": "config:read", "PUT": "config:write", "PATCH": "config:write"}

    @extend_schema(operation_id="get_vendor", responses=DirectoryVendor)
    def get(self, request: Request, slug: str) -> Response:
        """Read a vendor; its ETag is what writing it asks for."""
        self.known()
        return _answer(get_object_or_404(Vendor, slug=slug))

    @extend_schema(operation_id="replace_vendor", parameters=[IF_MATCH], request=VendorBody, responses=DirectoryVendor)
    def put(self, request: Request, slug: str) -> Response:
        """Make a vendor what the body says: keys that are left out are emptied. It names all of its services.

        Accounts that are left out stay as they are, and so do all secrets.
        """
        vendor = get_object_or_404(Vendor, slug=slug)
        form = self._form(vendor)
        _check_complete(vendor, _read(form))
        whole = [{**EMPTY_SERVICE, **row} for row in form.get("services") or ()]
        return self._saved(vendor, {**EMPTY_VENDOR, **form, "services": whole})

    @extend_schema(operation_id="change_vendor", parameters=[IF_MATCH], request=VendorBody, responses=DirectoryVendor)
    def patch(self, request: Request, slug: str) -> Response:
        """Change what the body says of a vendor; keys and services that are left out stay as they are."""
        vendor = get_object_or_404(Vendor, slug=slug)
        return self._saved(vendor, self._form(vendor))

    def _form(self, vendor: Vendor) -> dict[str, Any]:
        if not isinstance(self.request.data, dict):
            raise Problem(400, "The body must be a JSON object.")
        return {"name": vendor.name, **{key: value for key, value in self.request.data.items() if key != "note"}}

    def _saved(self, vendor: Vendor, form: Mapping[str, Any]) -> Response:
        try:
            saved = save(
                vendor, form, note=self._note(), by=self.request.user, now=self.now, seen=self._seen(), exactly=True
            )
        except Refused as error:
            raise _told(error) from None
        except EditedMeanwhile as error:
            raise Problem(412, f"{error}. Read it again; its ETag is now {_etag(error.edit.pk)}.") from None
        return _answer(saved)

    def _note(self) -> str:
        note = self.request.data.get("note", "")
        if not isinstance(note, str) or len(note) > LONGEST_NOTE:
            raise Problem(
                400, "The request cannot be taken as it is.", errors={"note": "Must be a text of 300 at most."}
            )
        return note

    def _seen(self) -> int | None:
        """The edit that the program has read; None for whatever it is."""
        given = self.request.headers.get("If-Match", "").strip()
        if not given:
            raise Problem(428, "Say with If-Match which state you have read: the ETag of the vendor, or *.")
        if given == "*":
            return None
        tag = ETAG.fullmatch(given)
        if tag is None:
            raise Problem(400, "If-Match must be the ETag as it was given, with its quotes.")
        return int(tag[1])


def shown(vendors: Sequence[Vendor]) -> list[dict[str, Any]]:
    """The rows of an answer, in as many queries however many they are."""
    forms = vendor_forms(vendors)
    pks = [vendor.pk for vendor in vendors]
    edits = dict(Vendor.objects.filter(pk__in=pks).annotate(edit=Max("edits__pk")).values_list("pk", "edit"))
    return [
        {"name": v.name, "slug": v.slug, "edit": edits[v.pk] or 0, "retired_at": v.retired_at, "document": forms[v.pk]}
        for v in vendors
    ]


def _answer(vendor: Vendor) -> Response:
    [row] = shown([vendor])
    return Response(DirectoryVendor(row).data, headers={"ETag": _etag(row["edit"])})


def _etag(edit: int) -> str:
    return f'"{edit}"'


def _read(form: Mapping[str, Any]) -> VendorRow:
    """The body, as far as its shape is right. Raises Problem."""
    try:
        return readable(form)
    except Refused as error:
        raise _told(error) from None


def _told(error: Refused) -> Problem:
    errors = {".".join(map(str, path)) or "body": words for path, words in error.problems}
    return Problem(400, "The vendor cannot be saved as it is.", errors=errors)


def _check_complete(vendor: Vendor, given: VendorRow) -> None:
    """A service is not dropped by leaving it out."""
    named = {row.name for row in given.services or ()}
    left = [name for name in vendor.services.values_list("name", flat=True) if name not in named]
    if left:
        words = f"{', '.join(left)} is left out: name it, or take it out on its page."
        raise Problem(400, "The vendor cannot be saved as it is.", errors={"services": words})
