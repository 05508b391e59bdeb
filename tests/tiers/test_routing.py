"""Which rule sends a ticket where, and why."""

import pytest

from tiers.routing import Request, found_code, matches, route


def request(**changes) -> Request:
    return Request(**({"title": "Mail does not arrive"} | changes))


@pytest.mark.parametrize(
    ("when", "known", "reason"),
    [
        ({"keywords": ["vpn", "mail"]}, {}, "the keyword “mail”"),
        ({"keywords": ["MAIL"]}, {}, "the keyword “MAIL”"),
        ({"keywords": ["ail"]}, {}, None),
        ({"keywords": ["vpn"]}, {"body": "The VPN is down"}, "the keyword “vpn”"),
        ({"keywords": ["c++ (gcc)"]}, {"body": "error in c++ (gcc)"}, "the keyword “c++ (gcc)”"),
        ({"regex": r"(?i)mail .* arrive"}, {}, "the text “Mail does not arrive”"),
        ({"regex": "outage"}, {}, None),
        ({"device_type": "server"}, {"device_type": "SERVER"}, "the device type SERVER"),
        ({"device_type": "server"}, {"device_type": "NETWORK"}, None),
        ({"device_type": "server"}, {}, None),
        ({"os": "windows"}, {"os": "Windows Server 2025"}, "the operating system Windows Server 2025"),
        ({"os": "linux"}, {"os": "Windows"}, None),
        ({"error_code": ["0x8004DE40"]}, {"error_code": "0x8004de40"}, "the error code 0x8004DE40 in the field"),
        ({"error_code": "0x80"}, {"error_code": "0x8004de40"}, None),
        ({"source": "NinjaOne"}, {"source": "NinjaOne"}, "the source NinjaOne"),
        ({"category": "cloud"}, {"category": "Cloud"}, "the category Cloud"),
        ({"client": "Acme"}, {"client": "Acme"}, "the client Acme"),
        ({"client": "Acme"}, {"client": "Beta"}, None),
    ],
)
def test_a_condition_holds_or_does_not(when, known, reason):
    assert matches(when, request(**known)) == ([reason] if reason else None)


@pytest.mark.parametrize(
    ("keyword", "text", "found"),
    [
        ("c++", "A crash in C++", True),
        ("c++", "C++, since yesterday", True),
        ("c++", "objc++", False),
        (".net", "ASP.NET is down", True),
        (".net", ".networks", False),
        ("#help", "please #help!", True),
        ("c#", "c#", True),
        ("Menü", "Das MENÜ fehlt", True),
        ("Menü", "(Menü)", True),
        ("menü", "Menüs", False),
        ("menü", "Hauptmenü", False),
        ("über", "darüber", False),
        ("vpn", "vpnü", False),
        ("vpn", "üvpn", False),
        ("men", "menü", False),
        ("menu", "menu\u0308", False),
        ("vpn", "vpn\u00a0down", True),
        ("vpn", "“vpn”", True),
        ("vpn", "vpn–gateway", True),
        ("vpn", "vpn_1", False),
        ("vpn", "vpn٣", False),
        ("vpn", "a line\nvpn", True),
        ("принтер", "Наш ПРИНТЕР не печатает", True),
        ("принтер", "принтеры", False),
        ("εκτυπωτής", "ο ΕΚΤΥΠΩΤΉΣ", True),
        ("打印机", "我的打印机坏了", True),
        ("vpn", "我的VPN坏了", True),
        ("プリンタ", "プリンタが壊れた", True),
        ("프린터", "프린터가 안 됩니다", True),
        ("เครื่องพิมพ์", "ซ่อมเครื่องพิมพ์ด้วย", True),
        ("100%", "disk at 100% now", True),
        ("100%", "disk at 1100%", False),
        ("a a", "xa a a", True),
    ],
)
def test_a_keyword_is_found_as_a_word_of_its_own_in_any_script(keyword, text, found):
    assert (matches({"keywords": [keyword]}, Request(title=text)) is not None) == found
    assert (matches({"keywords": [keyword]}, Request(title="", body=text)) is not None) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Teams says 0x8004de40 since nine", True),
        ("Fehler:0X8004DE40.", True),
        ("(0x8004de40)", True),
        ("0x8004de40", True),
        ("0x8004de401 is another", False),
        ("A0x8004de40", False),
        ("0x8004de40-b", False),
        ("", False),
    ],
)
def test_an_error_code_is_found_in_human_text_but_not_inside_another_word(text, found):
    code = found_code({"error_code": ["0x8004de40"]}, request(title="Help", body=text))
    assert code == ("0x8004de40" if found else "")


def test_all_conditions_must_hold():
    when = {"keywords": ["mail"], "client": "Acme"}
    assert matches(when, request(client="Beta")) is None
    assert len(matches(when, request(client="Acme"))) == 2


RULES = [
    {"name": "first", "when": {"keywords": ["mail"]}, "then": {"priority": "P2", "tags": ["a"]}, "stop": False},
    {"name": "never", "when": {"keywords": ["fax"]}, "then": {"tier": "L3"}},
    {"name": "second", "when": {}, "then": {"priority": "P1", "tier": "L2", "tags": ["a", "b"]}},
    {"name": "after", "when": {}, "then": {"team": "X"}},
]


def test_the_first_rule_to_decide_wins_tags_add_up_and_a_stop_ends_it():
    routed = route(RULES, request())
    assert routed.then == {"priority": "P2", "tags": ["a", "b"], "tier": "L2"}


def test_every_rule_that_fired_is_named_with_what_matched():
    assert route(RULES, request()).because == (
        "Rule “first” matched: the keyword “mail”.",
        "Rule “second” matched: it has no condition.",
    )


def test_a_code_found_in_the_text_is_handed_on():
    rules = [{"name": "code", "when": {"error_code": ["E42"]}, "then": {"service": "X"}}]
    assert route(rules, request(body="it says E42")).error_code == "E42"


def test_no_rule_no_route():
    assert route([], request()).then == {} and route([], request()).because == ()


def test_a_bomb_of_an_expression_ends_in_linear_time():
    rules = [{"name": "bomb", "when": {"regex": "(a+)+$"}, "then": {"tier": "L2"}}]
    assert route(rules, request(body="a" * 50_000 + "!")).then == {}
