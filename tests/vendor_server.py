"""A vendor's API for tests: a real server on this machine that answers as it is told to, and keeps what was asked."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

REASONS = {200: "OK", 201: "Created", 302: "Found", 409: "Conflict", 422: "Unprocessable", 429: "Too Many"}


@dataclass(frozen=True)
class Asked:
    """One request as it came; `names` is what TLS was asked for."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    sni: str | None = None

    @property
    def json(self):
        return json.loads(self.body)


Behaviour = Callable[[socket.socket, Asked], None]


class VendorServer:
    """Listens on a port of 127.0.0.1; `then` is what it does with the next requests, the last of them for ever."""

    def __init__(self, tls: ssl.SSLContext | None = None):
        self.asked: list[Asked] = []
        self.connections = 0
        self.then: list[Behaviour] = [says({"data": {"id": "CS0012345"}}, status=201)]
        self.numbers: dict[str, str] = {}
        self._tls, self._sni, self.over = tls, None, threading.Event()
        if tls:
            tls.sni_callback = self._note_sni
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/cases"

    def stop(self) -> None:
        self.over.set()
        self._listener.close()

    def _note_sni(self, _sock, name, _context):
        self._sni = name

    def _serve(self) -> None:
        while not self.over.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._answer, args=(sock,), daemon=True).start()

    def _answer(self, sock: socket.socket) -> None:
        try:
            with self._tls.wrap_socket(sock, server_side=True) if self._tls else sock as open_socket:
                asked = self._read(open_socket)
                self.asked.append(asked)
                behave = self.then.pop(0) if len(self.then) > 1 else self.then[0]
                behave(open_socket, asked)
        except OSError:
            pass  # the client went away, which is what some tests want

    def _read(self, sock) -> Asked:
        came = b""
        while b"\r\n\r\n" not in came:
            came += sock.recv(65536)
        head, _, body = came.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += sock.recv(65536)
        method, path, _ = first.split(" ")
        return Asked(method, path, headers, body, self._sni)


def head(status: int, length: int | None, **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'So')}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [] if length is None else [f"Content-Length: {length}"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def says(said, *, status: int = 200, **headers: str) -> Behaviour:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return lambda sock, asked: sock.sendall(head(status, len(body), **headers) + body)


def hangs(seconds: float) -> Behaviour:
    return lambda sock, asked: time.sleep(seconds)


def drips(before: bytes, every: float, seconds: float) -> Behaviour:
    """Sends `before` at once and then a byte now and again, for so long."""

    def behave(sock, asked):
        sock.sendall(before)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            sock.sendall(b"a")
            time.sleep(every)

    return behave


def resets(before: bytes = b"") -> Behaviour:
    """Sends `before` and has the connection torn."""

    def behave(sock, asked):
        sock.sendall(before)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        sock.close()

    return behave


def keyed(server: VendorServer) -> Behaviour:
    """A vendor that keeps one case for each Idempotency-Key, and gives the same number for the same key."""

    def behave(sock, asked):
        number = server.numbers.setdefault(asked.headers["idempotency-key"], f"CS{len(server.numbers) + 1:07}")
        says({"data": {"id": number}}, status=201)(sock, asked)

    return behave


def authority(folder, name: str) -> tuple[str, ssl.SSLContext]:
    """The file of an authority of our own, and a server's side whose certificate it gave to `name`."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    try:
        alternative = x509.IPAddress(ip_address(name))
    except ValueError:
        alternative = x509.DNSName(name)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / f"{name}.pem", folder / f"{name}.key"
    cert_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert_file, key_file)
    return str(cert_file), context
