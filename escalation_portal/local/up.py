"""`manage.py up`: the whole portal on one machine, from an empty directory to an address that works."""

import http.client
import json
import os
import socket
import sys
import time
from argparse import Namespace
from pathlib import Path

from escalation_portal.local import programs, proof, servers, state
from escalation_portal.local.broker import free_port
from escalation_portal.local.command_line import up_options
from escalation_portal.local.places import PORTAL, make_directory, make_state_directory
from escalation_portal.local.refusals import Refusal, sentence_for
from escalation_portal.local.supervisor import Supervisor, say, tail

PROOF_SECONDS = 30


def main(arguments: list[str]) -> int:
    """Run until Ctrl-C; 0 after that, 1 with one sentence when something is in the way."""
    options = up_options(arguments)
    try:
        return _up(options)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return refusal.exit_code
    except OSError as error:
        print(sentence_for(error), file=sys.stderr)
        return 1


def _up(options: Namespace) -> int:
    os.umask(0o077)
    directory = make_state_directory()
    lock = state.take_lock(directory)
    if lock is None:
        found = state.running(directory)
        say(f"Escalation Portal is starting{f' at {found.url}' if found else ''} in another terminal.")
        return 0
    with lock:
        url = os.environ.get("PUBLIC_URL", f"http://127.0.0.1:{options.port}")
        state.announce(directory, url=url, ready=False)
        _check_port(options.port)
        try:
            with Supervisor(directory) as supervisor:
                _bring_up(supervisor, directory, options, url)
                supervisor.keep()
        except KeyboardInterrupt:
            say("Stopped.")
    return 0


def _bring_up(supervisor: Supervisor, directory: Path, options: Namespace, url: str) -> None:
    began = time.monotonic()
    environment = _start_servers(supervisor, directory, url)
    with_demo = _wants_demo(options)
    _fill(supervisor, directory, environment, with_demo=with_demo)
    # A database that holds a provider of its own has no demo to tell of.
    with_demo = with_demo and (PORTAL / "demo.json").exists()
    _start_portal(supervisor, directory, options.port, environment)
    state.announce(directory, url=url, ready=True)
    say(f"Ready after {time.monotonic() - began:.1f} s. Proven: beat → broker → worker → database.")
    say(f"\nEscalation Portal runs at {url}\n")
    if with_demo:
        _show_sign_ins(PORTAL / "demo.json")
    elif not options.empty:
        say("The database holds data of your own, so there is no demo. `create_sign_in --email …` gives a password.")
    say("Ctrl-C stops all of it.\n")
    if with_demo and not options.no_story:
        supervisor.start(programs.once("play_story", log=None, environment=environment), is_kept=False)


def _start_servers(supervisor: Supervisor, directory: Path, url: str) -> dict[str, str]:
    """Start database, broker and mail catcher, and leave the environment for other terminals."""
    want = servers.wanted(lasting=True)
    say("Starting the database and the broker …" if want.database or want.broker else "Using the servers you named …")
    kept = state.kept_secrets(directory)
    environment = servers.start(supervisor, directory, kept, want)
    environment |= {"PORTAL_LOCAL": "1", "PUBLIC_URL": url, "PYTHONUNBUFFERED": "1"}
    environment["STATIC_ROOT"] = str(make_directory(directory / "static", mode=0o700))
    for name in ("SECRET_KEY", "FIELD_KEYS"):
        environment[name] = os.environ.get(name, kept[name])
    environment |= _start_mail(supervisor, directory, environment)
    state.write_environment(directory, environment)
    return environment


def _start_mail(supervisor: Supervisor, directory: Path, environment: dict[str, str]) -> dict[str, str]:
    if "EMAIL_URL" in os.environ:
        return {"EMAIL_URL": os.environ["EMAIL_URL"]}
    port, mail = free_port(), make_directory(directory / "mail", mode=0o700)
    supervisor.start(programs.mail_catcher(directory / "logs", port=port, mail=mail, environment=environment))
    return {"EMAIL_URL": f"smtp://127.0.0.1:{port}", "MAIL_CATCHER_DIR": str(mail)}


def _wants_demo(options: Namespace) -> bool:
    """Into a database of the caller's own the demo goes only when asked for."""
    if options.empty or not programs.has_command("load_demo"):
        return False
    return options.demo or "DATABASE_URL" not in os.environ


def _fill(supervisor: Supervisor, directory: Path, environment: dict[str, str], *, with_demo: bool) -> None:
    # A migration may take longer than a web request may.
    patient = {**environment, "DATABASE_TIMEOUTS": os.environ.get("DATABASE_TIMEOUTS", "-c lock_timeout=10000")}
    steps: list[tuple[str, tuple[str, ...]]] = [("Migrating the database …", ("migrate", "--no-input"))]
    if with_demo:
        steps.append(("Loading the demo …", ("load_demo", "--or-skip", "--write", str(PORTAL / "demo.json"))))
    for sentence, words in steps:
        say(sentence)
        log = directory / "logs" / f"{words[0]}.log"
        log.write_bytes(b"")
        supervisor.run(programs.once(*words, log=log, environment=patient))


def _start_portal(supervisor: Supervisor, directory: Path, port: int, environment: dict[str, str]) -> None:
    """Start the portal's processes and wait for the proof that they work together; the watchdog guards what works."""
    say("Starting web, worker, beat and watchdog …")
    url = environment["DATABASE_URL"]
    since = proof.database_time(url)
    *proven, watchdog = programs.portal(directory, port=port, environment=environment)
    for program in proven:
        supervisor.start(program)
    if not supervisor.wait(lambda: _web_answers(port), seconds=PROOF_SECONDS):
        raise Refusal(f"The web server does not answer.\n{tail(directory / 'logs' / 'web.log')}")
    if not supervisor.wait(lambda: proof.has_beaten(url, since=since), seconds=PROOF_SECONDS):
        words = "\n".join(tail(directory / "logs" / f"{name}.log") for name in ("beat", "worker"))
        raise Refusal(f"No heartbeat came through beat, broker and worker in {PROOF_SECONDS} s.\n{words}")
    supervisor.start(watchdog)


def _web_answers(port: int) -> bool:
    connected = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connected.request("GET", "/healthz")
        return connected.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connected.close()


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise Refusal(f"This user may not open port {port}: choose one above 1023 with --port.") from error
        except OSError as error:
            raise Refusal(
                f"Port {port} is taken by another program: choose another one, as in "
                f"`python3 manage.py up --port {port + 1 if port < 65535 else 8000}`."
            ) from error


def _show_sign_ins(path: Path) -> None:
    if not path.exists():
        return
    sign_ins = json.loads(path.read_text(encoding="utf-8")).get("sign_ins", {})
    for role, sign_in in sign_ins.items():
        say(f"  {role.replace('_', ' '):<16} {sign_in['email']:<36} {sign_in['password']}")
    say("")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
