"""What every page carries."""


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
