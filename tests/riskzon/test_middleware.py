"""What every page carries."""

import pytest
from django.test import Client


def test_no_page_may_be_kept_by_a_cache_but_static_files_may(client):
    page = client.get("/accessibility")
    stylesheet = client.get("/static/ds/css/theme/designsystemet.css")

    assert page.headers["Cache-Control"] == "no-store"
    assert "no-store" not in stylesheet.headers["Cache-Control"]
    assert b"".join(stylesheet.streaming_content)


def test_the_policy_forbids_inline_script_and_style_on_every_page(client):
    policy = client.get("/no-such-page").headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "unsafe" not in policy
    assert "nonce" not in policy


@pytest.fixture
def encrypted(settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_REDIRECT_EXEMPT = True, [r"^api/v1/health$"]
    return Client()


@pytest.mark.parametrize("path", ["/api/v1/cases", "/api/v1/docs", "/api/v1/no-such-call", "/api/"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_a_call_of_the_api_over_http_is_refused_in_words_and_not_sent_on(encrypted, path, method):
    answer = getattr(encrypted, method)(path, headers={"Authorization": "Bearer secret"})

    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/problem+json")
    assert "Location" not in answer.headers
    assert "återkalla den" in answer.json()["detail"]
    assert "revoke it" in getattr(encrypted, method)(path, headers={"Accept-Language": "en"}).json()["detail"]


def test_a_page_over_http_is_sent_on_and_what_is_encrypted_is_answered(encrypted):
    assert encrypted.get("/accessibility")["Location"] == "https://testserver/accessibility"
    assert encrypted.get("/accessibility", secure=True).status_code == 200
    assert encrypted.get("/api/v1/cases", secure=True).status_code == 401
