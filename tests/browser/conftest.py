"""A real browser on the real pages. Without a Chromium these tests are skipped, loudly."""

import os
import shutil
import time
import warnings

import pytest
from django.db import connection, transaction
from playwright.sync_api import expect, sync_playwright

from accounts.clock import database_now
from world import World

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Milliseconds for a page or a row to show what is expected, also where other tests share the machine.
PATIENCE = 15_000
AT_WORK = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""
expect.set_options(timeout=PATIENCE)
MISSING = (
    "NO BROWSER TEST RAN: no Chromium was found. Install one (Debian: apt-get install chromium) "
    "or name it in CHROMIUM; REQUIRE_BROWSER=1 makes this a failure."
)


@pytest.fixture(scope="session")
def chromium():
    """One browser for the whole run."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        _without_browser()
    # The driver runs an event loop in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def _without_browser():
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(MISSING)
    warnings.warn(MISSING, stacklevel=1)
    pytest.skip(MISSING)


@pytest.fixture
def world(transactional_db, settings):
    """The world at this very moment, which is what pages read from the database."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with transaction.atomic():
        world = World()
    world.now = database_now()
    return world


@pytest.fixture
def visit(chromium, live_server, world):
    """Opens a page in a browser of its own: `visit(path, user)`, signed in as the user; more are context options."""
    contexts, faults = [], []

    def opened(path, user, **options):
        options.setdefault("viewport", {"width": 1360, "height": 800})
        context = chromium.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        sign_in(page, user)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    settle()
    assert not faults, f"scripts failed: {faults}"


def settle():
    """Wait until what pages asked for as they closed is answered: emptying the tables waits for nobody."""
    for _ in range(50):
        time.sleep(0.1)
        with connection.cursor() as cursor:
            cursor.execute(AT_WORK)
            if cursor.fetchone()[0] == 0:
                return


def sign_in(page, user):
    page.goto("/sign-in/")
    page.fill("[name=username]", user.email)
    page.fill("[name=password]", "a good password")
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/sign-in/" not in url)
