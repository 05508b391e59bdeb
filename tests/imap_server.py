"""A real IMAP server for tests: Dovecot on a loopback port, with mailboxes that real SMTP delivers into.

    def test_a_vendor_answers(world, post_office, settings):
        settings.IMAP_URL = post_office.url("portal")          # the task and the command read this mailbox
        post_office.send(mail_bytes, to=["reply+…@portal.example"])    # over SMTP, into the mailbox of its domain
        read_mailbox(clock=lambda: world.now)

What the portal itself sends over SMTP (settings.EMAIL_HOST and EMAIL_PORT are set) lies in a mailbox as well: that of
the domain's first label, so `support@vendor.example` is `vendor`. `post_office.mails("vendor")` are those bytes.
`post_office` is known to every test.

Where Dovecot is missing these tests are skipped, loudly; REQUIRE_IMAP=1 makes that a failure. Debian: dovecot-imapd.
"""

import grp
import mailbox
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from imap_tools import MailBox, MailBoxUnencrypted

from escalation_portal.local.broker import free_port

PASSWORD = "a-mailbox-password"
MISSING = (
    "NO TEST OF REAL MAILBOXES RAN: no Dovecot was found. Install it (Debian: apt-get install dovecot-imapd) "
    "or name it in DOVECOT; REQUIRE_IMAP=1 makes this a failure."
)
PATIENCE_SECONDS = 15

# All of it runs as one user without rights, who is whoever runs the tests, or nobody where that is root.
CONFIGURATION = """
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{base}/certificate.pem
ssl_key = <{base}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{base}/mail/%u
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/home/%u allow_all_users=yes
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service stats {{
  chroot =
}}
"""


class Dovecot:
    """The server as a child of the tests, in a folder of its own."""

    def __init__(self, program: str) -> None:
        self.base = Path(tempfile.mkdtemp(prefix="imap-", dir="/tmp"))
        self.port, self.tls_port = free_port(), free_port()
        self.certificate = self.base / "certificate.pem"  # for 127.0.0.1, signed by itself
        self.uid, self.gid = _unprivileged()
        for name in ("run", "state", "home", "mail"):
            (self.base / name).mkdir()
        certify(self.certificate, self.base / "key.pem")
        written = self.base / "dovecot.conf"
        written.write_text(self._configuration())
        self._give_away(self.base)
        self.process = subprocess.Popen(
            [program, "-F", "-c", str(written)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=(self.base / "stderr.log").open("wb"), cwd="/", **self._user(),
        )  # fmt: skip
        self._wait()

    def _configuration(self) -> str:
        return CONFIGURATION.format(
            base=self.base, port=self.port, tls_port=self.tls_port, password=PASSWORD, uid=self.uid,
            gid=self.gid, user=pwd.getpwuid(self.uid).pw_name, group=grp.getgrgid(self.gid).gr_name,
        )  # fmt: skip

    def _user(self) -> dict[str, object]:
        """As root the server becomes somebody else before it starts, so that it never is root itself."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if os.geteuid() == 0 else {}

    def _give_away(self, path: Path) -> None:
        if os.geteuid() == 0:
            for one in [path, *path.rglob("*")]:
                os.chown(one, self.uid, self.gid)

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            with closing(socket.socket()) as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        logs = "\n".join(path.read_text() for path in self.base.glob("*.log"))
        self.stop()
        pytest.fail(f"Dovecot did not start: {logs}")

    def put(self, user: str, raw: bytes) -> None:
        """Deliver into somebody's mailbox, as a mail server's last step."""
        box = mailbox.Maildir(self.base / "mail" / user, create=True)
        box.add(raw)
        self._give_away(self.base / "mail")

    def mails(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """What lies in a folder of somebody's mailbox, the first first; read over IMAP."""
        with MailBoxUnencrypted("127.0.0.1", self.port, timeout=10).login(user, PASSWORD) as box:
            if not box.folder.exists(folder):
                return []
            box.folder.set(folder, readonly=True)
            return [box.client.uid("fetch", uid, "(BODY.PEEK[])")[1][0][1] for uid in box.uids()]

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.base, ignore_errors=True)


def certify(certificate: Path, key: Path) -> None:
    """A certificate for 127.0.0.1 for a day, which vouches for itself alone."""
    private = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")]), datetime.now(UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
    signed = made.add_extension(here, critical=False).sign(private, hashes.SHA256())
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain, form = serialization.NoEncryption(), serialization.PrivateFormat.PKCS8
    key.write_bytes(private.private_bytes(serialization.Encoding.PEM, form, plain))


def _unprivileged() -> tuple[int, int]:
    if os.geteuid() != 0:
        return os.geteuid(), os.getegid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


class PostOffice:
    """SMTP that delivers into mailboxes, and IMAP that reads them; a mailbox for each domain, named by its first
    label."""

    def __init__(self, dovecot: Dovecot) -> None:
        self.dovecot = dovecot
        self.prefix = f"t{time.monotonic_ns()}-"  # mailboxes of this test alone: the server is the whole run's
        self.refused: set[str] = set()  # addresses that the server takes no mail for
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self.controller.start()

    async def handle_RCPT(self, server, session, envelope, address: str, options) -> str:
        if address.lower() in self.refused:
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        for name in dict.fromkeys(_mailbox(to) for to in envelope.rcpt_tos):
            self.dovecot.put(self.prefix + name, _delivered(envelope, name))
        return "250 delivered"

    def url(self, name: str, scheme: str = "imap") -> str:
        """What IMAP_URL says for a mailbox; with TLS it is refused unless SSL_CERT_FILE names `dovecot.certificate`."""
        port = self.dovecot.tls_port if scheme == "imaps" else self.dovecot.port
        return f"{scheme}://{self.prefix}{name}:{PASSWORD}@127.0.0.1:{port}/INBOX"

    def box(self, name: str) -> MailBox:
        """A mailbox, signed in to, for a test that plays somebody with a mail program."""
        return MailBoxUnencrypted("127.0.0.1", self.dovecot.port, timeout=10).login(self.prefix + name, PASSWORD)

    def send(self, raw: bytes, *, to: Sequence[str], sender: str = "support@vendor.example") -> None:
        """Send a mail as somebody outside does: over SMTP."""
        with smtplib.SMTP("127.0.0.1", self.controller.port, timeout=10) as server:
            server.sendmail(sender, list(to), raw)

    def put(self, name: str, raw: bytes) -> None:
        """Lay a mail into a mailbox past SMTP."""
        self.dovecot.put(self.prefix + name, raw)

    def mails(self, name: str, folder: str = "INBOX") -> list[bytes]:
        """The mails in a mailbox, the first first."""
        return self.dovecot.mails(self.prefix + name, folder)

    def close(self) -> None:
        self.controller.stop()


def _mailbox(address: str) -> str:
    return address.rpartition("@")[2].partition(".")[0].lower()


def _delivered(envelope, name: str) -> bytes:
    """The mail with whom it was delivered to, as a mail server writes it above."""
    to = [address for address in envelope.rcpt_tos if _mailbox(address) == name]
    head = f"Return-Path: <{envelope.mail_from or ''}>\r\n" + "".join(f"Delivered-To: {one}\r\n" for one in to)
    return head.encode() + envelope.content


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """One server for the whole run."""
    program = os.environ.get("DOVECOT") or shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        if os.environ.get("REQUIRE_IMAP") == "1":
            pytest.fail(MISSING)
        warnings.warn(MISSING, stacklevel=1)
        pytest.skip(MISSING)
    server = Dovecot(program)
    yield server
    server.stop()


@pytest.fixture
def post_office(dovecot: Dovecot, settings) -> Iterator[PostOffice]:
    """Mailboxes of the test's own; what the portal sends goes there as well."""
    office = PostOffice(dovecot)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.controller.port
    yield office
    office.close()
