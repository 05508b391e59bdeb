"""The API's pages in a browser."""


def test_the_api_can_be_read_without_a_complaint(chromium, live_server):
    page, complaints = chromium.new_page(), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{live_server.url}/api/docs/")
    page.get_by_text("/api/v1/events/", exact=True).first.click()
    page.get_by_text("Idempotency-Key").first.wait_for()
    page.close()
    assert complaints == []
