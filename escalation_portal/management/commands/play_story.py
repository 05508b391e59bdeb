"""`manage.py play_story`: send an alert for the client whose targets are seconds, touch nothing, tell what happens."""

import json
import time
from pathlib import Path
from typing import Any
from urllib.error import URLError

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from escalation_portal.demo.story import follow, send_alert


class Command(BaseCommand):
    """Play the demo story against the running portal."""

    help = "Send one alert to the running portal and tell what it does by itself."

    def handle(self, *args: Any, **options: Any) -> None:
        described = Path(settings.BASE_DIR) / ".portal" / "demo.json"
        if not described.exists():
            raise CommandError("There is no demo here; start it with `python3 manage.py up`.", returncode=2)
        try:
            key = send_alert(json.loads(described.read_text()))
        except URLError as error:
            raise CommandError(f"The portal did not take the alert: {error.reason}", returncode=1) from error
        self.stdout.write(f"The story: an alert arrived for Fast Lane Ltd as {key}. Nobody will touch it.")
        for sentence in follow(key, sleep=time.sleep):
            self.stdout.write(f"  {sentence}")
            self.stdout.flush()
        self.stdout.write(f"See {settings.PUBLIC_URL}/tickets/{key}/ and {settings.PUBLIC_URL}/dev/mail/")
