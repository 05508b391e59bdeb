"""The guarded client against a real server: how long it waits, how much it takes, and where it never goes."""

import gzip
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest

from integrations.http_out import ask, check_url
from integrations.http_out_answer import LARGEST, CannotWork, MayWorkLater, retry_after
from integrations.http_out_breaker import MOST_FAILURES, PAUSE
from integrations.http_out_wire import Limits
from integrations.models import Destination
from vendor_server import VendorServer, authority, drips, hangs, head, resets, says

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
QUICK = Limits(connect=0.5, read=0.5, total=1.0)


@pytest.fixture
def server(settings):
    running = VendorServer()
    settings.OUTBOUND_ALLOWED = [f"127.0.0.1:{running.port}"]
    yield running
    running.stop()


@pytest.fixture
def secure(settings, tmp_path):
    """A server for vendor.test, whose name only the given look-up knows."""
    file, context = authority(tmp_path, "vendor.test")
    running = VendorServer(context)
    settings.OUTBOUND_ALLOWED, settings.OUTBOUND_CA_FILE = [f"vendor.test:{running.port}"], file
    yield running
    running.stop()


def here(host, port):
    return [ip_address("127.0.0.1")]


def quickly(server, method="POST", **said):
    return ask(method, server.url, **{"json": {"a": 1}, "limits": QUICK, **said})


def took(do) -> tuple[Exception, float]:
    begun = time.monotonic()
    with pytest.raises((CannotWork, MayWorkLater)) as refused:
        do()
    return refused.value, time.monotonic() - begun


# what is asked and answered ------------------------------------------------------------------------------------------


def test_a_request_carries_its_body_and_headers_and_brings_the_answer(server):
    server.then = [says({"data": {"id": 7}}, status=201, X_Trace="t1")]
    answer = quickly(server, headers={"Idempotency-Key": "k"})
    asked = server.asked[0]
    assert (answer.status, answer.json(), answer.headers["x-trace"]) == (201, {"data": {"id": 7}}, "t1")
    assert (asked.method, asked.path, asked.json, asked.headers["idempotency-key"]) == ("POST", "/cases", {"a": 1}, "k")
    assert asked.headers["content-type"] == "application/json" and "cookie" not in asked.headers


def test_a_get_without_a_body_brings_whatever_status_there_is(server):
    server.then = [says(b"no", status=404)]
    answer = quickly(server, "GET", json=None)
    assert (answer.status, answer.body, server.asked[0].body) == (404, b"no", b"")


def test_the_name_stays_the_name_while_the_connection_goes_to_the_address_that_was_checked(secure):
    looked_up = []

    def once(host, port):
        looked_up.append((host, port))
        return here(host, port)

    url = f"https://vendor.test:{secure.port}/cases"
    assert ask("POST", url, json={}, look_up=once).status == 201
    assert looked_up == [("vendor.test", secure.port)]
    assert (secure.asked[0].sni, secure.asked[0].headers["host"]) == ("vendor.test", f"vendor.test:{secure.port}")


def test_a_certificate_of_another_name_is_refused_before_anything_is_said(secure, settings):
    settings.OUTBOUND_ALLOWED = [f"other.test:{secure.port}"]
    with pytest.raises(MayWorkLater, match="certificate"):
        ask("POST", f"https://other.test:{secure.port}/", json={}, look_up=here)
    assert secure.asked == []


def test_a_certificate_that_nobody_vouches_for_is_refused(secure, settings):
    settings.OUTBOUND_CA_FILE = ""
    with pytest.raises(MayWorkLater, match="certificate"):
        ask("POST", f"https://vendor.test:{secure.port}/", json={}, look_up=here)
    assert secure.asked == []


def test_the_second_address_is_tried_where_the_first_takes_no_connection(server, settings):
    settings.OUTBOUND_ALLOWED = [f"vendor.test:{server.port}"]
    both = [ip_address("::1"), ip_address("127.0.0.1")]
    url = f"http://vendor.test:{server.port}/"
    assert ask("GET", url, look_up=lambda host, port: both, limits=QUICK).status == 201


def test_proxies_of_the_environment_are_not_asked(server, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert quickly(server).status == 201


# how long, how much --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("behaviour", "longest"), [
    (hangs(3), 0.9),
    (drips(b"", 0.05, 3), 1.4),
    (drips(b"HTTP/1.1 200 OK\r\nX-Long: ", 0.05, 3), 1.4),
    (drips(head(200, 100_000), 0.05, 3), 1.4),
    (drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 0.05, 3), 1.4),
], ids=["hangs", "drips a status line", "drips a header", "drips a body", "drips a chunk"])  # fmt: skip
def test_who_does_not_answer_in_time_is_left(server, behaviour, longest):
    server.then = [behaviour]
    error, seconds = took(lambda: quickly(server))
    assert isinstance(error, MayWorkLater) and seconds < longest
    assert str(error) in (f"127.0.0.1:{server.port} did not answer in time",
                          f"the answer of 127.0.0.1:{server.port} broke off, or is no HTTP")  # fmt: skip


def test_interim_answers_without_end_stop_at_the_deadline(server):
    def for_ever(sock, asked):
        for _ in range(100):
            sock.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")
            time.sleep(0.05)

    server.then = [for_ever]
    error, seconds = took(lambda: quickly(server))
    assert isinstance(error, MayWorkLater) and seconds < 1.4


@pytest.mark.parametrize("before", [b"", head(200, 500) + b'{"data"'], ids=["before it began", "in the middle"])
def test_an_answer_that_breaks_off_may_work_later(server, before):
    server.then = [resets(before)]
    assert isinstance(took(lambda: quickly(server))[0], MayWorkLater)


def test_nobody_listening_may_work_later(settings):
    settings.OUTBOUND_ALLOWED = ["127.0.0.1:9"]
    with pytest.raises(MayWorkLater, match=r"127.0.0.1:9 could not be reached"):
        ask("GET", "http://127.0.0.1:9/", limits=QUICK)


def test_the_largest_answer_is_taken_and_one_byte_more_is_not(server):
    server.then = [says(b"a" * LARGEST), says(b"a" * (LARGEST + 1)), says(b"a" * 2_000_000)]
    assert len(quickly(server).body) == LARGEST
    for _ in range(2):
        with pytest.raises(CannotWork, match="larger than 1 MB") as refused:
            quickly(server)
        assert refused.value.status == 200


def test_what_is_packed_is_counted_unpacked(server):
    small, bomb = gzip.compress(b'{"a": 1}'), gzip.compress(b"\0" * 200_000_000, compresslevel=1)
    server.then = [says(small, Content_Encoding="gzip"), says(bomb, Content_Encoding="gzip")]
    assert quickly(server).json() == {"a": 1}
    with pytest.raises(CannotWork, match="larger than 1 MB"):
        quickly(server, limits=Limits())


@pytest.mark.parametrize(
    ("packing", "body"), [("br", b"x"), ("gzip, gzip", b"x"), ("deflate", b"x"), ("gzip", b"no gzip")]
)
def test_what_is_packed_in_another_way_or_damaged_is_not_taken(server, packing, body):
    server.then = [says(body, Content_Encoding=packing)]
    with pytest.raises(CannotWork):
        quickly(server)


@pytest.mark.parametrize(
    "body", [(b"a" * 2_000_000, {}), (b"x", {"Content_Encoding": "br"}), (b"no gzip", {"Content_Encoding": "gzip"})]
)
@pytest.mark.parametrize(("status", "failures"), [(408, 0), (425, 0), (429, 0), (500, 2), (503, 2)])
def test_what_is_worth_a_retry_is_so_whatever_comes_with_it(server, body, status, failures):
    Destination.objects.create(name=f"127.0.0.1:{server.port}", failures=1)
    server.then = [says(body[0], status=status, Retry_After="90", **body[1])]
    with pytest.raises(MayWorkLater, match=f"answered {status}$") as refused:
        quickly(server)
    assert refused.value.seconds == 90 and Destination.objects.get().failures == failures


@pytest.mark.parametrize("said", [
    "Fri, 01 Jan 99999999999 00:00:00 GMT", "Mon, 02 Mar 2026 12:00:00 +99999999999999",
    "Mon, 02 Mar 2026 12:00:00 +9999",
])  # fmt: skip
def test_a_moment_beyond_all_calendars_is_none(said):
    assert retry_after({"retry-after": said, "date": "Mon, 02 Mar 2026 12:00:00 GMT"}) == 0
    assert retry_after({"retry-after": "Mon, 02 Mar 2026 12:00:00 GMT", "date": said}) == 0


def test_a_redirect_is_an_answer_and_is_not_followed(server):
    server.then = [says(b"", status=302, Location=server.url)]
    answer = quickly(server)
    assert (answer.status, len(server.asked)) == (302, 1)
    with pytest.raises(CannotWork, match="answered 302, which leads elsewhere and is not followed"):
        answer.check()


# where it goes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", [
    "127.0.0.1", "127.1", "2130706433", "0x7f.1", "0.0.0.0", "10.1.2.3", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "[::1]", "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[fe80::1]", "[fd00:ec2::254]", "[64:ff9b::7f00:1]",
    "224.0.0.1", "[ff02::1]", "255.255.255.255", "localhost", "192.0.0.192", "168.63.129.16",
])  # fmt: skip
def test_no_address_of_ours_is_ever_asked(host):
    with pytest.raises(CannotWork, match=r"is not public|could not be found"):
        ask("GET", f"https://{host}/", limits=QUICK)


def test_a_name_that_leads_to_a_private_address_is_refused_also_beside_a_public_one():
    mixed = [ip_address("93.184.216.34"), ip_address("10.0.0.5")]
    with pytest.raises(CannotWork, match=r"vendor.test:443 leads to an address that is not public"):
        ask("GET", "https://vendor.test/", look_up=lambda host, port: mixed, limits=QUICK)


@pytest.mark.parametrize(("url", "words"), [
    ("http://vendor.example/", "must begin with https://"),
    ("ftp://vendor.example/", "must begin with https://"),
    ("//vendor.example/", "must begin with https://"),
    ("https:///cases", "names no host"),
    ("https://user:word@vendor.example/", "must not hold a user or a password"),
    ("https://vendor.example\\@127.0.0.1/", "a sign that none may hold"),
    ("https://vendor.example/a b", "a blank"),
    ("https://vendor.example:port/", "no web address"),
    ("https://[::1/", "no web address"),
])  # fmt: skip
def test_a_url_that_could_not_be_asked_is_refused_before_anything_is_looked_up(url, words):
    with pytest.raises(CannotWork, match=words):
        check_url(url)


def test_a_network_on_the_list_may_be_asked_by_plain_http(server, settings):
    settings.OUTBOUND_ALLOWED = ["127.0.0.0/8"]
    assert quickly(server).status == 201
    with pytest.raises(CannotWork, match=r"could not be found|not public"):
        ask("GET", "https://[::1]/", limits=QUICK)


def test_another_port_of_a_name_on_the_list_is_not_on_it(server):
    with pytest.raises(CannotWork, match="not public"):
        ask("GET", f"https://127.0.0.1:{server.port + 1}/", limits=QUICK)


# the breaker ---------------------------------------------------------------------------------------------------------


def at(moment):
    return {"clock": lambda: moment}


def broken(server, times=MOST_FAILURES, moment=NOON):
    server.then = [says(b"", status=503)]
    for _ in range(times):
        quickly(server, **at(moment))


def test_after_some_failures_in_a_row_a_destination_is_left_alone_for_a_while(server):
    broken(server)
    with pytest.raises(MayWorkLater, match="has failed 5 times in a row and is left alone") as refused:
        quickly(server, **at(NOON + timedelta(seconds=20)))
    assert refused.value.seconds == 40 and len(server.asked) == MOST_FAILURES


def test_when_the_pause_is_over_one_may_try_and_the_others_wait_for_it(server):
    broken(server)
    after = NOON + PAUSE
    server.then = [says(b"", status=503)]
    quickly(server, **at(after))
    with pytest.raises(MayWorkLater):
        quickly(server, **at(after + timedelta(seconds=1)))
    assert len(server.asked) == MOST_FAILURES + 1


def test_an_answer_ends_the_pause_and_the_count(server):
    broken(server)
    server.then = [says({}, status=422)]
    assert quickly(server, **at(NOON + PAUSE)).status == 422
    assert (Destination.objects.get().failures, Destination.objects.get().shut_until) == (0, None)
    assert quickly(server, **at(NOON + PAUSE)).status == 422


def test_failures_that_are_not_in_a_row_leave_it_open(server):
    broken(server, times=MOST_FAILURES - 1)
    server.then = [says({})]
    quickly(server)
    broken(server, times=MOST_FAILURES - 1)
    assert len(server.asked) == 2 * MOST_FAILURES - 1


def test_silence_counts_and_a_place_that_is_not_allowed_does_not(server):
    server.then = [resets()]
    took(lambda: quickly(server))
    took(lambda: ask("GET", "https://10.0.0.1/"))
    assert [(row.name, row.failures) for row in Destination.objects.all()] == [(f"127.0.0.1:{server.port}", 1)]


def test_each_destination_has_a_breaker_of_its_own(server, settings):
    broken(server)
    other = VendorServer()
    settings.OUTBOUND_ALLOWED = [*settings.OUTBOUND_ALLOWED, f"127.0.0.1:{other.port}"]
    assert quickly(other, **at(NOON)).status == 201
    other.stop()
