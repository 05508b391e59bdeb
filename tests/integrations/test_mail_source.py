"""Raw mails, good and bad: what is read of them, and that nothing makes the reader fall."""

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mails import mail, nested

from integrations.mail.html_text import text_of_html
from integrations.mail.source import LARGEST_BYTES, head_of, parse


def test_what_a_mail_says():
    read = parse(
        mail("Läuft.", sender='"Mia, of support" <mia@vendor.example>', Subject="Re: [esc-12]  Grüße",
             In_Reply_To="<b@portal.example>", References="<a@portal.example> <b@portal.example>")
    )  # fmt: skip
    assert (read.sender, read.senders, read.text) == ("mia@vendor.example", 1, "Läuft.")
    assert (read.subject, read.ticket_key) == ("Re: [esc-12] Grüße", "ESC-12")
    assert read.answers == ("<b@portal.example>", "<a@portal.example>")
    assert (read.mail_id, read.automatic, read.fault) == ("<1@vendor.example>", "", "")
    assert read.to == ("support@portal.example",)


def test_plain_text_wins_over_html():
    assert parse(mail("Plain.", "<p>Rich.</p>")).text == "Plain."
    assert parse(mail(" \n", "<p>Rich.</p>")).text == "Rich."


def test_html_is_read_as_text_with_its_quotation_marked():
    html = """<html><head><title>x</title><style>p {}</style></head><body><p>It&nbsp;was <b>us</b>.</p>
      <script>alert(1)</script><ul><li>one<li>two</ul>On Monday, Desk wrote:<blockquote><p>Was it you?</p></blockquote>
      </body></html>"""
    assert text_of_html(html) == ("It was us.\n\n- one\n- two\nOn Monday, Desk wrote:\n\n> Was it you?")


@pytest.mark.parametrize(
    "html, text",
    [
        ("", ""),
        ("<", "<"),
        ("<b><b>a", "a"),
        ("</div></blockquote></style>a", "a"),
        ("&lt;b&gt;&bogus;", "<b>&bogus;"),
        ("<blockquote>" * 9 + "a", "> > > > > a"),
        ("<style>a", ""),
        ("<p>Hi</p><![foo]>there", "Hi\nthere"),
        ("<![ 1 ]>a", "a"),
        ("<!--[if mso]>x<![endif]-->a<!-->b<!-- c", "ab"),
        ("<head><meta a=b><p>a", "a"),
        ("<noscript>a", "a"),
        ("<title>x</title>a", "a"),
        ("<p don't>it's 1 < 2", "it's 1 < 2"),
        ("<a title='1>0'>a</a> <a href=\"x>b", "a b"),
        ("<scripts>a<SCRIPT >if (1<2) '<p>'</Script >b", "ab"),
        (f"&#{'9' * 5000};a&#65;", "\ufffdaA"),
    ],
)
def test_broken_html_is_read_all_the_same(html, text):
    assert text_of_html(html) == text


@pytest.mark.parametrize("before", ["", "<a ", "<script>", "&#"])
@pytest.mark.parametrize(
    "again", ["<", "<a ", '<a b="', "<a b=\"'>", "<!--", "<![", "<script", "</style", "<p>x", "&#9", " "]
)
def test_a_text_of_any_kind_is_read_in_seconds_however_long_it_is(before, again):
    html = before + again * (1_000_000 // len(again))
    began = time.process_time()
    text_of_html(html)
    assert time.process_time() - began < 10, "what is worse than linear takes minutes, or hours"


PIECES = ["<", ">", "</", "<!", "<![", "]>", "<!--", "-->", "<p", "<li>", "<blockquote>", "<script>", "</script",
          "<title>", "=", '"', "'", "&", "&#", "&#x", ";", "9", "a", "/", " ", "\n", "\0", "\udc80"]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_whatever_the_html_its_words_are_found(html):
    raw = b"Content-Type: text/html; charset=utf-8\n\n" + html.encode("utf-8", "surrogatepass")
    read = parse(raw)
    assert read.fault == "" and "\0" not in read.text
    assert read.text.encode("utf-8", "strict").decode() == read.text


@pytest.mark.parametrize("name", [b"From", b"To", b"Subject", b"In-Reply-To", b"Content-Type", b"Message-ID"])
@pytest.mark.parametrize("mark", [b"(", b"[", b'"', b"<", b"=?", b"a,", b";a*0*=", b"\\"])
def test_an_endless_line_in_its_head_makes_nothing_fall(name, mark):
    began = time.process_time()
    assert parse(name + b": " + mark * 20_000 + b"\n\nHello").fault == ""
    assert time.process_time() - began < 10


def test_the_head_alone_says_by_what_a_mail_is_kept():
    raw = mail("Yes.", "<p>Yes.</p>", Subject="[ESC-3] Hello")
    assert head_of(raw) == replace(parse(raw), text="")


def test_what_is_enclosed_is_named_and_not_read_as_text():
    message = mail("See the log.")
    outer = (
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=X\r\n\r\n--X\r\nContent-Type: text/plain\r\n\r\n"
        b"See below.\r\n--X\r\nContent-Type: text/plain\r\n"
        b'Content-Disposition: attachment; filename="a\r\n log.txt"\r\n\r\n'
        b"secret log\r\n--X\r\nContent-Type: message/rfc822\r\n\r\n" + message + b"\r\n--X--\r\n"
    )
    read = parse(outer)
    assert read.text == "See below." and read.files == ("a log.txt",)


@pytest.mark.parametrize(
    "headers, words",
    [
        ({"Auto_Submitted": "auto-replied"}, "Auto-Submitted: auto-replied"),
        ({"Auto_Submitted": "auto-generated; owner-email=x@y.z"}, "auto-generated"),
        ({"Auto_Submitted": "No (by hand)"}, ""),
        ({"Precedence": "BULK"}, "Precedence: bulk"),
        ({"Precedence": "list"}, "list"),
        ({"Precedence": "first-class"}, ""),
        ({"Return_Path": "<>"}, "report"),
        ({"X_Autoreply": "yes"}, "automatic answer"),
        ({}, ""),
    ],
)
def test_what_no_person_wrote_is_told(headers, words):
    found = parse(mail(**headers)).automatic
    assert (words in found) if words else found == ""


def test_a_delivery_report_is_no_person_s_word():
    raw = b"From: MAILER-DAEMON@x.example\nContent-Type: multipart/report; boundary=X\n\n--X\n\nNo such user\n--X--\n"
    assert "report" in parse(raw).automatic


def test_without_a_message_id_the_same_bytes_have_the_same_one():
    raw = mail(Message_ID=None)
    assert parse(raw).mail_id == parse(raw).mail_id != parse(raw + b" ").mail_id
    assert parse(raw).mail_id.startswith("sha256:")
    assert parse(b"Message-ID: <" + b"x" * 400 + b"@y>\n\n").mail_id.startswith("sha256:")


def test_of_several_senders_all_are_counted():
    two = b"From: a@b.example, c@d.example\n\nHello"
    again = b"From: a@b.example\nFrom: c@d.example\n\nHello"
    assert (parse(two).senders, parse(again).senders, parse(b"\n\nHello").senders) == (2, 2, 0)


def test_a_name_that_looks_like_an_address_is_none():
    assert parse(b"From: =?utf-8?q?boss=40msp=2Eexample?= <evil@x.example>\n\nHello").sender == "evil@x.example"


@pytest.mark.parametrize(
    "raw, text",
    [
        (b"Content-Type: text/plain; charset=nowhere-8\n\nGr\xc3\xbc\xc3\x9fe", "Grüße"),
        (b"Content-Type: text/plain; charset=utf-8\n\nGr\xfc\xdfe", "Gr\ufffd\ufffde"),
        (b"Content-Type: text/plain; charset=iso-8859-1\n\nGr\xfc\xdfe", "Grüße"),
        (b"Content-Transfer-Encoding: base64\n\n!!!not base64!!!", None),
        (b"Content-Type: text/plain\n\nNUL \x00 here", "NUL  here"),
        (b"Content-Type: multipart/mixed; boundary=X\n\nno such boundary", ""),
        (b"Content-Type: multipart/mixed\n\nnone at all", None),
        (b"Content-Type: \xff\xfe\n\nodd", "odd"),
        (b"", ""),
        (b"\x00\xff" * 100, None),
    ],
)
def test_broken_encodings_are_read_as_well_as_they_can_be(raw, text):
    read = parse(raw)
    assert "\0" not in read.text and read.fault == ""
    assert text is None or read.text == text


def test_broken_headers_are_read_as_they_are():
    raw = b"From: <<<a@@b\nSubject: =?utf-8?b?////?= =?x?q?y?=\nTo: ;;,,<\nMessage-ID: none\n\nHello"
    assert parse(raw).text == "Hello"


@pytest.mark.parametrize("depth, fault", [(10, ""), (11, "nested deeper than 10"), (50, "deeper"), (5000, "parts")])
def test_boxes_in_boxes_end(depth, fault):
    began = time.perf_counter()
    read = parse(nested(depth))
    assert time.perf_counter() - began < 5
    assert (fault in read.fault) if fault else (read.fault, read.text) == ("", "Deep.")
    assert (read.sender, read.mail_id, read.subject) == ("a@b.example", "<deep@b.example>", "Boxes")


def test_a_hundred_thousand_parts_of_one_box_are_not_made():
    raw = b"From: a@b.example\nContent-Type: multipart/mixed; boundary=X\n\n" + b"--X\n\n" * 100_000
    began = time.perf_counter()
    assert "more than 100 parts" in parse(raw).fault
    assert time.perf_counter() - began < 5


def test_what_is_too_large_is_known_by_its_head_alone():
    raw = b"From: a@b.example\nSubject: [ESC-3] Big\n\n" + b"x" * LARGEST_BYTES
    read = parse(raw)
    assert (read.fault, read.text, read.ticket_key) == ("it is larger than 25 MB", "", "ESC-3")
    assert "lines" in parse(b"From: a@b.example\n\n" + b"\n" * 500_001).fault


def test_an_endless_text_is_cut_and_says_so():
    assert parse(mail("word " * 100_000)).text.endswith("(cut: the mail goes on)")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2000))
def test_whatever_the_bytes_something_is_said_of_them(raw):
    read = parse(b"From: a@b.example\nContent-Type: multipart/mixed; boundary=a\n" + raw)
    said = "".join((read.text, read.subject, read.mail_id, read.sender, *read.files, *read.to, *read.answers))
    assert "\0" not in said and said.encode("utf-8", "strict")
