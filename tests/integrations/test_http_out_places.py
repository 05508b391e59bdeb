"""Where a request may go, by tables: addresses, names and the list of exceptions."""

from ipaddress import ip_address

import pytest

from integrations.http_out_places import Allowed, NotAPlace, Place, allowed, check_addresses, is_public, place_of


@pytest.mark.parametrize("address", [
    "8.8.8.8", "93.184.216.34", "172.15.0.1", "172.32.0.1", "192.0.1.1", "2606:4700::1111", "2a00:1450::1",
    "::ffff:8.8.8.8", "64:ff9b::808:808",
])  # fmt: skip
def test_an_address_that_anybody_may_have_is_public(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "127.0.0.1", "127.255.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.168.0.1", "100.64.0.1", "100.127.255.255", "100.100.100.200", "192.0.0.1", "192.0.0.192", "192.0.2.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255", "168.63.129.16",
    "::", "::1", "::127.0.0.1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "2001:db8::1",
    "2002:7f00:1::", "2001::1", "100::1", "3fff::1", "5f00::1", "4000::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::808:808",
])  # fmt: skip
def test_every_other_address_is_not(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(("entries", "url", "holds"), [
    ([], "https://vendor.example/", True),
    (["jira.lan:8080"], "http://jira.lan:8080/", True),
    (["jira.lan:8080"], "http://JIRA.lan:8080/", True),
    (["jira.lan:8080"], "http://jira.lan/", False),
    (["jira.lan:8080"], "http://other.lan:8080/", False),
    (["10.1.0.0/16"], "http://tool.lan:8080/", True),  # its address decides
    (["[fd00::1]:443"], "https://[fd00::1]/", True),
    ([" jira.lan:80 "], "http://jira.lan/", True),
])  # fmt: skip
def test_what_the_url_alone_tells(entries, url, holds):
    try:
        place_of(url, allowed(tuple(entries)))
    except NotAPlace:
        assert not holds
    else:
        assert holds


@pytest.mark.parametrize(("place", "addresses", "entries", "words"), [
    (Place("https", "v.example", 443), ["8.8.8.8"], [], ""),
    (Place("https", "v.example", 8443), ["8.8.8.8", "2606:4700::1"], [], ""),
    (Place("https", "v.example", 22), ["8.8.8.8"], [], "ports 443 and 8443"),
    (Place("https", "v.example", 443), ["8.8.8.8", "10.1.0.5"], [], "not public"),
    (Place("https", "v.example", 443), ["10.1.0.5"], ["10.1.0.0/16"], ""),
    (Place("https", "v.example", 443), ["::ffff:10.1.0.5"], ["10.1.0.0/16"], ""),
    (Place("https", "v.example", 443), ["10.2.0.5"], ["10.1.0.0/16"], "not public"),
    (Place("http", "v.example", 80), ["10.1.0.5"], ["10.1.0.0/16"], ""),
    (Place("http", "v.example", 443), ["10.1.0.5", "8.8.8.8"], ["10.1.0.0/16"], "must be reached by https"),
    (Place("http", "tool.lan", 8080), ["10.2.0.5"], ["tool.lan:8080"], ""),
    (Place("https", "tool.lan", 8081), ["10.2.0.5"], ["tool.lan:8080"], "not public"),
])  # fmt: skip
def test_what_its_addresses_tell(place, addresses, entries, words):
    try:
        check_addresses(place, map(ip_address, addresses), allowed(tuple(entries)))
    except NotAPlace as error:
        assert words and words in str(error)
    else:
        assert not words


@pytest.mark.parametrize(
    "entry",
    ["jira.lan", "https://jira.lan:8080", "jira.lan:", "user@jira.lan:80", "a b:80", "", "x:99999", "jira.lan:80/path"],
)
def test_an_entry_that_is_neither_a_network_nor_a_name_with_its_port_is_named(entry):
    with pytest.raises(ValueError, match="is neither a network"):
        allowed((entry,))


def test_an_empty_list_allows_nothing_more():
    assert allowed(()) == Allowed()
