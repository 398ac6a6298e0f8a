"""The demo and daily work: embedded servers, found through RISKZON_HOME, and demo accounts unless switched off."""

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from settings.base import *
from settings.base import _servers, env

if OIDC_FAULTS:
    raise ImproperlyConfigured(" ".join(["Riskzon does not start:", *OIDC_FAULTS]))
RISKZON_DEMO = env.bool("RISKZON_DEMO", default=True)
DEBUG = env.bool("DEBUG", default=False)
# Where no server was ever started there is no session to keep either.
SECRET_KEY = env.str("SECRET_KEY", default="") or (_servers.secret_key if _servers else get_random_secret_key())
# The demo's heads show how it works; a secret that stands beside them proves little.
AUDIT_HEAD_KEY = AUDIT_HEAD_KEY or SECRET_KEY
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
# A key answers to a name, never to 127.0.0.1: in the demo they are tried at http://localhost.
PASSKEY_ORIGIN = PASSKEY_ORIGIN or f"http://localhost:{env.int('PORT', default=8000)}"
# Two checkouts on one machine: a browser keeps one set of cookies for all ports of 127.0.0.1.
SESSION_COOKIE_NAME = f"riskzon_session_{env.int('PORT', default=8000)}"
CSRF_COOKIE_NAME = f"riskzon_csrf_{env.int('PORT', default=8000)}"

if RISKZON_DEMO and not env.str("EMAIL_URL", default=""):
    EMAIL_BACKEND = "notifications.channels.mailbox.MailboxBackend"
if RISKZON_DEMO:
    SMS_URL = "mailbox://"  # no SMS leaves the machine, whatever is set
