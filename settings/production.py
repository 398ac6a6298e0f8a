"""A municipality's own servers: refuses to start with anything missing or with anything of the demo left on."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from riskzon import passkey_origins
from settings.base import *
from settings.base import _max_age, env

_REQUIRED = {
    "SECRET_KEY": "a long random text that signs sessions",
    "ALLOWED_HOSTS": "the names by which browsers reach the service, with commas between",
    "DATABASE_URL": "the address of PostgreSQL",
    "REDIS_URL": "the address of Redis or Valkey",
    "EMAIL_URL": "the mail server, for example smtp+tls://user:password@mail.example.se:587",
    "AUDIT_HEAD_DIR": "a folder outside the database, copied to another machine, for the heads of the access log",
    "AUDIT_HEAD_KEY": "a long random text that signs these heads; not the SECRET_KEY",
    "SMS_URL": "the SMS gateway, for example 46elks://user:password@Kommunen/{to}, or none on purpose",
    "AUDIT_MAIL_TO": "who is told when the product itself fails, addresses with commas between, or none on purpose",
    "OIDC_ISSUER": "the municipality's sign-on, https://…, or none on purpose: local accounts only",
    "DEADMAN_URL": "an address outside that raises the alarm when our calls stay away, or none on purpose",
}
_faults = [f"{name} is missing ({what})." for name, what in _REQUIRED.items() if not env.str(name, default="").strip()]
_faults += [
    f"{name} must not be set in production." for name in ("DEBUG", "RISKZON_DEMO") if env.bool(name, default=False)
]
if "*" in [host.strip() for host in env.list("ALLOWED_HOSTS", default=[])]:
    _faults += ["ALLOWED_HOSTS must name the hosts: whatever a visitor calls the service would stand in its links."]
if env.str("AUDIT_HEAD_KEY", default="") == env.str("SECRET_KEY", default="-"):
    _faults += [
        "AUDIT_HEAD_KEY must not be the SECRET_KEY: the heads of the log would be signed by whoever signs sessions."
    ]
if SMS_URL and not ("://" in SMS_URL and "{to}" in SMS_URL):
    _faults += ["SMS_URL must be an address with {to} where the number goes, or none."]
_faults += [
    f"{name} must be an address on the web."
    for name, address in (("AUDIT_WEBHOOK_URL", AUDIT_WEBHOOK_URL), ("DEADMAN_URL", DEADMAN_URL))
    if address and not address.startswith(("https://", "http://"))
]
if AUDIT_MAIL_TO and not AUDIT_EMAIL.get("EMAIL_HOST"):
    _faults += ["AUDIT_MAIL_TO needs a mail server: EMAIL_URL, or AUDIT_EMAIL_URL for one of its own."]
if OIDC_ISSUER:
    if not OIDC_ISSUER.startswith("https://"):
        _faults += ["OIDC_ISSUER must be an address with https, or none."]
    _faults += [
        f"{name} is missing ({what})."
        for name, what in {
            "OIDC_CLIENT_ID": "the name under which the sign-on knows this service",
            "OIDC_CLIENT_SECRET": "the secret that the sign-on has given this service",
            "OIDC_GROUPS": "which group gives which role in which unit",
        }.items()
        if not env.str(name, default="").strip()
    ]
    if env.str("OIDC_GROUPS", default="").strip():
        _faults += OIDC_FAULTS
    if _max_age != "none" and not _max_age.isdecimal():
        _faults += ["OIDC_MAX_AGE must be a number of seconds, or none on purpose: a login there may be of any age."]
_hosts = [host.strip() for host in env.list("ALLOWED_HOSTS", default=[])]
# Where the mails lead to.
RISKZON_SITE_URL = env.str("RISKZON_SITE_URL", default=f"https://{[*_hosts, ''][0].removeprefix('.')}/")
PASSKEY_ORIGIN = PASSKEY_ORIGIN or "{0.scheme}://{0.netloc}".format(urlsplit(RISKZON_SITE_URL))
if PASSKEY_ORIGIN == "none":
    PASSKEY_ORIGIN = ""
elif _hosts and not passkey_origins.is_one(PASSKEY_ORIGIN, _hosts):
    _faults += [
        "PASSKEY_ORIGIN must be https:// and a name of ALLOWED_HOSTS, without a path, or none; else RISKZON_SITE_URL's."
    ]
REQUESTS_A_MINUTE = env.int("REQUESTS_A_MINUTE", default=600)
if REQUESTS_A_MINUTE < 60:
    _faults += ["REQUESTS_A_MINUTE must be 60 or more: a person at work needs as many."]
if _faults:
    raise ImproperlyConfigured(" ".join(["Riskzon does not start:", *_faults]))

DEBUG = False
RISKZON_DEMO = False
RISKZON_CLOCK = None
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = _hosts
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "static_root"))()

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^api/v1/health$"]  # asked by a monitor inside the network; says nothing about people
if env.bool("BEHIND_PROXY", default=False):
    # Only behind a proxy that sets this header itself: otherwise a visitor could claim to be on https.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
DEVICE_COOKIE_NAME = "__Host-device"
SSO_COOKIE_NAME = "__Host-sso"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
LANGUAGE_COOKIE_SECURE = True
LANGUAGE_COOKIE_NAME = "__Host-language"

# Preloading is decided for a whole domain by its owner, not by one service on it.
SILENCED_SYSTEM_CHECKS = [*SILENCED_SYSTEM_CHECKS, "security.W021"]
