"""Production refuses to start half configured, and says what is missing."""

import os
import subprocess
import sys

import pytest

from tests.product import ROOT

COMPLETE = {
    "SECRET_KEY": "a" * 30 + "bcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "riskzon.example.se",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp+tls://nobody:nothing@mail.example.se:587",
    "AUDIT_HEAD_DIR": "/var/lib/riskzon/heads",
    "AUDIT_HEAD_KEY": "another text that nobody knows",
    "SMS_URL": "jsons://gateway.example.se/send/{to}",
    "AUDIT_MAIL_TO": "drift@example.se",
    "OIDC_ISSUER": "none",
    "DEADMAN_URL": "https://switch.example.se/ping/riskzon",
}
SHOW = """
import django
from django.conf import settings
django.setup()
print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME,
      settings.DEVICE_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME, settings.SSO_COOKIE_NAME,
      settings.SECURE_HSTS_SECONDS >= 365 * 86400 and settings.SECURE_HSTS_INCLUDE_SUBDOMAINS,
      settings.SECURE_SSL_REDIRECT, settings.DEBUG, settings.RISKZON_DEMO,
      getattr(settings, "SECURE_PROXY_SSL_HEADER", None), settings.EMAIL_HOST,
      settings.RISKZON_SITE_URL, repr(settings.SMS_URL), settings.REQUESTS_A_MINUTE)
"""


def start(show: str = SHOW, /, **environment: str) -> subprocess.CompletedProcess[str]:
    keep = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "settings.production", **environment}
    return subprocess.run([sys.executable, "-c", show], cwd=ROOT, env=keep, capture_output=True, text=True, check=False)


def test_every_missing_setting_is_named_at_once():
    refused = start()

    assert refused.returncode
    for name in COMPLETE:
        assert f"{name} is missing" in refused.stderr


@pytest.mark.parametrize("name", COMPLETE)
def test_one_missing_setting_is_enough_to_refuse(name):
    refused = start(**{key: value for key, value in COMPLETE.items() if key != name})

    assert refused.returncode
    assert f"Riskzon does not start: {name} is missing" in refused.stderr


@pytest.mark.parametrize("name", ["DEBUG", "RISKZON_DEMO"])
def test_nothing_of_the_demo_may_be_left_on(name):
    refused = start(**COMPLETE, **{name: "1"})

    assert f"{name} must not be set in production." in refused.stderr


def test_cookies_belong_to_one_host_and_everything_is_encrypted():
    started = start(**COMPLETE)

    assert started.stdout.split() == [
        "__Host-session", "__Host-csrf", "__Host-device", "__Host-language", "__Host-sso",
        "True", "True", "False", "False", "None", "mail.example.se",
        "https://riskzon.example.se/", "'jsons://gateway.example.se/send/{to}'", "600",
    ]  # fmt: skip


def test_passwords_are_kept_as_argon2id():
    made = "from django.contrib.auth.hashers import make_password; print(make_password('a password'))"

    assert start(f"import django; django.setup(); {made}", **COMPLETE).stdout.startswith("argon2$argon2id$")


@pytest.mark.parametrize(
    ("given", "age"), [({}, "900"), ({"OIDC_MAX_AGE": "60"}, "60"), ({"OIDC_MAX_AGE": "none"}, "None")]
)
def test_a_login_at_the_sign_on_is_a_quarter_of_an_hour_old_at_most_unless_another_age_is_set(given, age):
    shown = start("from django.conf import settings; print(settings.OIDC_MAX_AGE)", **COMPLETE | _SIGN_ON | given)

    assert shown.stdout.strip() == age


def test_a_host_that_may_be_called_anything_is_refused():
    assert "ALLOWED_HOSTS must name the hosts" in start(**{**COMPLETE, "ALLOWED_HOSTS": "riskzon.example.se, *"}).stderr


def test_the_heads_of_the_log_are_not_signed_with_the_key_of_the_sessions():
    refused = start(**{**COMPLETE, "AUDIT_HEAD_KEY": COMPLETE["SECRET_KEY"]})

    assert "AUDIT_HEAD_KEY must not be the SECRET_KEY" in refused.stderr


def test_a_proxys_word_is_taken_only_when_told_so():
    assert "X_FORWARDED_PROTO" in start(**COMPLETE, BEHIND_PROXY="1").stdout


def test_a_municipality_may_say_that_it_has_no_gateway():
    assert start(**{**COMPLETE, "SMS_URL": "none"}).stdout.split()[-2] == "''"


@pytest.mark.parametrize("address", ["mailbox://", "jsons://gateway.example.se/send/", "gateway.example.se/{to}", "no"])
def test_a_gateway_is_an_address_with_a_place_for_the_number(address):
    refused = start(**{**COMPLETE, "SMS_URL": address})

    assert refused.returncode
    assert "SMS_URL must be an address with {to} where the number goes, or none." in refused.stderr


_SIGN_ON = {
    "OIDC_ISSUER": "https://login.example.se/realm",
    "OIDC_CLIENT_ID": "riskzon",
    "OIDC_CLIENT_SECRET": "a secret",
    "OIDC_GROUPS": '[{"group": "Riskzon chefer", "role": "head"}]',
}


def test_a_municipality_may_say_that_it_has_no_sign_on_or_describe_it_in_full():
    assert start(**COMPLETE).returncode == 0
    assert start(**COMPLETE | _SIGN_ON).returncode == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"OIDC_ISSUER": "http://login.example.se"}, "OIDC_ISSUER must be an address with https, or none."),
        ({"OIDC_CLIENT_ID": ""}, "OIDC_CLIENT_ID is missing"),
        ({"OIDC_CLIENT_SECRET": " "}, "OIDC_CLIENT_SECRET is missing"),
        ({"OIDC_GROUPS": ""}, "OIDC_GROUPS is missing"),
        ({"OIDC_GROUPS": "chefer=head"}, "OIDC_GROUPS must be a JSON list."),
        ({"OIDC_MAX_AGE": "a quarter"}, "OIDC_MAX_AGE must be a number of seconds, or none"),
        ({"OIDC_MAX_AGE": "-1"}, "OIDC_MAX_AGE must be a number of seconds, or none"),
        ({"OIDC_GROUPS": '[{"group": "A", "role": "boss"}]'}, "OIDC_GROUPS, rule 1: role must be one of"),
    ],
)
def test_a_sign_on_that_is_half_described_or_wrong_is_refused_at_start(wrong, said):
    refused = start(**COMPLETE | _SIGN_ON | wrong)

    assert refused.returncode
    assert said in refused.stderr


@pytest.mark.parametrize("number", ["0", "59", "-1"])
def test_a_limit_that_would_stop_somebody_at_work_is_refused(number):
    refused = start(**COMPLETE, REQUESTS_A_MINUTE=number)

    assert refused.returncode
    assert "REQUESTS_A_MINUTE must be 60 or more" in refused.stderr


def test_there_is_a_limit_for_each_person_unless_another_is_set():
    assert start(**COMPLETE).stdout.split()[-1] == "600"
    assert start(**COMPLETE, REQUESTS_A_MINUTE="1200").stdout.split()[-1] == "1200"


_SHOW_ORIGIN = "from django.conf import settings; print(repr(settings.PASSKEY_ORIGIN))"


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ({}, "https://riskzon.example.se"),
        (
            {"RISKZON_SITE_URL": "https://b.example.se:8443/x/", "ALLOWED_HOSTS": "a.se, .example.se"},
            "https://b.example.se:8443",
        ),
        ({"PASSKEY_ORIGIN": "https://b.example.se", "ALLOWED_HOSTS": "a.se,b.example.se"}, "https://b.example.se"),
        ({"PASSKEY_ORIGIN": "none", "ALLOWED_HOSTS": "10.0.0.7"}, ""),
    ],
)
def test_keys_answer_to_the_address_of_the_service_unless_another_is_set(given, origin):
    assert start(_SHOW_ORIGIN, **COMPLETE | given).stdout.strip() == repr(origin)


@pytest.mark.parametrize(
    "given",
    [
        *[
            {"PASSKEY_ORIGIN": origin}
            for origin in (
                "http://riskzon.example.se",
                "https://riskzon.example.se/",
                "https://riskzon.example.se:443",
                "https://elsewhere.example",
                "https://example.se",
                "https://x@riskzon.example.se",
                "https://riskzon.example.se?x",
                "riskzon.example.se",
                "https://",
                "https://[::1",
            )
        ],
        {"PASSKEY_ORIGIN": "https://10.0.0.7", "ALLOWED_HOSTS": "10.0.0.7"},
        {"PASSKEY_ORIGIN": "https://riskzon", "ALLOWED_HOSTS": "riskzon"},
        {"ALLOWED_HOSTS": "10.0.0.7"},
        {"RISKZON_SITE_URL": "https://elsewhere.example/"},
    ],
)
def test_an_address_to_which_no_key_would_answer_or_that_is_not_ours_is_refused(given):
    refused = start(_SHOW_ORIGIN, **COMPLETE | given)

    assert refused.returncode
    assert "PASSKEY_ORIGIN must be https:// and a name of ALLOWED_HOSTS" in refused.stderr
