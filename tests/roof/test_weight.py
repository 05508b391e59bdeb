"""What a browser has to load."""

import gzip

import pytest


@pytest.mark.django_db
def test_pages_are_sent_compressed_to_who_can_read_them(client):
    answer = client.get("/sign-in/", headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert b"Sign in" in gzip.decompress(answer.content)


def test_a_full_queue_weighs_under_a_hundred_kilobytes_on_first_sight(world, client):
    for number in range(55):
        world.open(f"Mail number {number} does not arrive at the branch office", device_name="esx01")
    client.force_login(world.l1)
    page = client.get("/tickets/").content.decode()
    loaded = {part.split('"')[0] for part in page.split("/static/")[1:]}
    assert loaded
    weight = len(gzip.compress(page.encode())) + sum(_weight(client, path) for path in loaded)
    assert weight < 100_000


def _weight(client, path: str) -> int:
    answer = client.get(f"/static/{path}")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return len(content) if path.endswith("woff2") else len(gzip.compress(content))
