"""NinjaOne's webhook body (an `Activity` of its public API 2.0) as a reported event. Pure.

State comes from `statusCode` (677 values; only a few concern us), identity from `seriesUid`: the display text `status`
is translated, and keying by status would merge every condition of a device. Severity may be absent.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tickets.reported import ACKNOWLEDGED, FIRING, RESOLVED, CannotRead, ReportedEvent

STATES = {"TRIGGERED": FIRING, "RESET": RESOLVED, "ACKNOWLEDGED": ACKNOWLEDGED}
SEVERITIES = {"CRITICAL": "CRITICAL", "MAJOR": "HIGH", "MODERATE": "MEDIUM", "MINOR": "LOW", "NONE": "INFO"}
KINDS = (
    ("SERVER", ("SERVER", "VM_HOST", "VMWARE", "HYPERV")),
    ("NETWORK", ("NMS", "SWITCH", "ROUTER", "FIREWALL")),
    ("WORKSTATION", ("WORKSTATION", "MAC", "LINUX_WORK")),
    ("MOBILE", ("ANDROID", "IOS", "APPLE_I")),
    ("CLOUD", ("CLOUD",)),
)


def parse(body: Mapping[str, Any]) -> ReportedEvent | None:
    """The event, or None for an activity that is no alert. Raises CannotRead naming the field that is missing."""
    state = STATES.get(str(body.get("statusCode", "")).upper())
    if state is None:
        return None
    device = _object(body, "device")
    code = _object(_object(body, "data"), "message").get("code") or body.get("sourceType") or ""
    return ReportedEvent(
        delivery_id=str(_needed(body, "id")),
        dedupe_key=_condition(body),
        state=state,
        severity=SEVERITIES.get(str(body.get("severity") or "").upper(), "MEDIUM"),
        title=_title(body, device),
        occurred_at=_moment(body),
        external_org=str(device.get("organizationId") or ""),
        message=str(body.get("message") or ""),
        error_code=str(code)[:80],
        device_name=_device_name(device)[:120],
        device_type=device_type(str(device.get("nodeClass") or "")),
        facts=_facts(body, device, str(code)),
        payload=body,
    )


def device_type(node_class: str) -> str:
    """Our device type for NinjaOne's node class, e.g. VMWARE_VM_HOST → SERVER."""
    return next((ours for ours, parts in KINDS if any(p in node_class.upper() for p in parts)), "OTHER")


def _condition(body: Mapping[str, Any]) -> str:
    if series := body.get("seriesUid"):
        return str(series)
    return f"{_needed(body, 'deviceId')}:{_needed(body, 'sourceConfigUid')}"


def _title(body: Mapping[str, Any], device: Mapping[str, Any]) -> str:
    said = str(body.get("subject") or body.get("message") or body.get("sourceName") or "Alert")
    name = _device_name(device)
    return (f"{name}: {said}" if name else said)[:200]


def _device_name(device: Mapping[str, Any]) -> str:
    return str(device.get("displayName") or device.get("systemName") or "")


def _facts(body: Mapping[str, Any], device: Mapping[str, Any], code: str) -> dict[str, str]:
    known = {
        "code": code,
        "message": body.get("message"),
        "device": _device_name(device),
        "dns_name": device.get("dnsName"),
        "node_class": device.get("nodeClass"),
        "condition": body.get("sourceName"),
        "location": _object(_object(device, "references"), "location").get("name"),
    }
    return {key: str(value) for key, value in known.items() if value}


def _moment(body: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromtimestamp(float(_needed(body, "activityTime")), tz=UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise CannotRead("activityTime", "must be seconds since 1970") from None


def _needed(body: Mapping[str, Any], field: str) -> Any:
    value = body.get(field)
    if value in (None, ""):
        raise CannotRead(field, "is missing")
    return value


def _object(body: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = body.get(field) or {}
    if not isinstance(value, Mapping):
        raise CannotRead(field, "must be an object")
    return value
