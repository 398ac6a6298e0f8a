"""What holds wherever the product runs; dev, test and production say what differs."""

import os
import sys
from email.utils import parseaddr
from hashlib import sha256
from pathlib import Path

import environ
from csp.constants import NONE, SELF

from riskzon import embedded, logs, sso_groups

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- The product's own switches -------------------------------------------------------------------------------------
RISKZON_HOME = Path(env.str("RISKZON_HOME", default=str(BASE_DIR / ".riskzon"))).expanduser().resolve()
RISKZON_DEMO = env.bool("RISKZON_DEMO", default=False)
# Off: the demo has its people and no reports; for tests that bring their own.
RISKZON_SEED = env.bool("RISKZON_SEED", default=True)
RISKZON_CLOCK = env.str("RISKZON_CLOCK", default="") or None
# Which process this is, as PostgreSQL shows it: "riskzon web", "riskzon migrate".
RISKZON_PROCESS = env.str("RISKZON_PROCESS", default=" ".join([Path(sys.argv[0]).stem, *sys.argv[1:2]]))

DEBUG = False
SECRET_KEY = ""
ALLOWED_HOSTS: list[str] = []

# --- Servers: given by address, else the embedded ones of RISKZON_HOME -----------------------------------------------
_servers = embedded.find(RISKZON_HOME)
# Port 1 answers nobody: without servers a command that needs none still works, and no other database is touched.
_database_url = env.str("DATABASE_URL", default="") or (
    _servers.database_url if _servers else "postgres://127.0.0.1:1/x"
)
DATABASES = {
    "default": {
        **env.db_url_config(_database_url),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {
            "application_name": f"riskzon {RISKZON_PROCESS}"[:63],
            "connect_timeout": 5,
            # A process that hangs inside a transaction must not hold a case locked for ever.
            # Compiling (jit) the many short statements that ask who may see what takes far longer than running them.
            # A page out of order costs hardly more than the next one: the register lies in memory or on a solid disk.
            "options": "-c idle_in_transaction_session_timeout=60s -c TimeZone=UTC -c jit=off -c random_page_cost=1.1",
        },
    }
}
REDIS_URL = env.str("REDIS_URL", default="") or (_servers.broker_url if _servers else "redis://127.0.0.1:1/0")

# --- Applications ---------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "riskzon",
    "notifications",
    "workflows",
    "viewflow.workflow",  # the engine only: none of viewflow's pages, static files or admin
    "guardian",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "django_htmx",
    "django_structlog",
    "lucide",
    "ninja",
]
MIDDLEWARE = [
    "riskzon.middleware.EncryptedApiMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "riskzon.middleware.OwnNumberMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "riskzon.middleware.NoStoreMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "riskzon.stay.StayMiddleware",
    "riskzon.pace.PaceMiddleware",
    "riskzon.first_password.FirstPasswordMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "riskzon.drafts.DraftMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "riskzon.middleware.LogRouteMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "riskzon.error_pages.RefusedMiddleware",
]
ROOT_URLCONF = "riskzon.urls"
WSGI_APPLICATION = "riskzon.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["lucide.templatetags.lucide"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "riskzon.context.page",
                "notifications.inbox.badge",
                "workflows.waiting.badge",
                "workflows.watched.banner",
            ],
        },
    }
]
CSRF_FAILURE_VIEW = "riskzon.error_pages.csrf_failure"
FORM_RENDERER = "riskzon.forms.DsRenderer"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "riskzon.User"
AUTHENTICATION_BACKENDS = ["riskzon.backend.PolicyBackend"]
ANONYMOUS_USER_NAME = None  # guardian: nobody is nobody
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "riskzon.passwords.OwnWords"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"
# However much is done; after so long without anything done it ends earlier.
SESSION_COOKIE_AGE = 10 * 60 * 60
SESSION_IDLE_SECONDS = 15 * 60
# The browsers in which somebody has logged in before.
DEVICE_COOKIE_NAME = "device"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# What a page says once stands with the server: a cookie of its own would hold the words.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"

# --- The municipality's own sign-on (OpenID Connect), where there is one; none: local accounts only -------------------
OIDC_ISSUER = env.str("OIDC_ISSUER", default="").strip()
if OIDC_ISSUER == "none":
    OIDC_ISSUER = ""
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="").strip()
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="").strip()
OIDC_SCOPE = env.str("OIDC_SCOPE", default="openid profile email")
# In which claims the provider says the groups, and the name that an account gets here.
OIDC_GROUP_CLAIM = env.str("OIDC_GROUP_CLAIM", default="groups")
OIDC_USERNAME_CLAIM = env.str("OIDC_USERNAME_CLAIM", default="preferred_username")
# Whether the provider leaves the claim out for whoever has no group; else a login without it is refused and ends nobody.
OIDC_LEAVES_OUT_EMPTY = env.bool("OIDC_LEAVES_OUT_EMPTY", default=False)
# How many seconds ago somebody may have shown there who they are; none: not asked, for a provider that cannot say.
_max_age = env.str("OIDC_MAX_AGE", default="900").strip()
OIDC_MAX_AGE = None if _max_age == "none" else int(_max_age) if _max_age.isdecimal() else 900
# Which group gives which role in which unit (riskzon.sso_groups).
OIDC_GROUPS, OIDC_FAULTS = sso_groups.read(env.str("OIDC_GROUPS", default="")) if OIDC_ISSUER else ((), [])
# To which address keys of a person's own (WebAuthn) answer, as a browser writes it: https://host; "" takes none.
PASSKEY_ORIGIN = env.str("PASSKEY_ORIGIN", default="").strip()

# How much one person may ask for in a minute, by pages and API together, of each web process; 0: no limit.
REQUESTS_A_MINUTE = 0

# Carries one login to the provider and back.
SSO_COOKIE_NAME = "sso"
SECRET_KEY_FALLBACKS: list[str] = []

# --- Browser --------------------------------------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the stylesheet draws its icons from data: SVG
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
STATIC_URL = "static/"
STATIC_ROOT = RISKZON_HOME / "static"
_NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    ("ds/css", _NODE_MODULES / "@digdir/designsystemet-css/dist"),
    ("inter", _NODE_MODULES / "@fontsource-variable/inter"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# The map of a script is read by whoever debugs it; it gets no second, smaller copy.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["jpg", "jpeg", "png", "gif", "webp", "woff", "woff2", "ico", "gz", "br", "map"]

# --- The access log: where the head of its chain is written each hour, and the secret that signs it --------------------
AUDIT_HEAD_DIR = Path(env.str("AUDIT_HEAD_DIR", default=str(RISKZON_HOME / "heads"))).expanduser()
AUDIT_HEAD_KEY = env.str("AUDIT_HEAD_KEY", default="")

# --- Language and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska"), ("en", "English")]
LOCALE_PATHS: list[Path] = []
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Europe/Stockholm"
USE_TZ = True

# --- Tasks: a message may be lost at any time; the rows in the database decide --------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    # Two installations may share one Redis.
    "global_keyprefix": f"riskzon:{sha256(str(RISKZON_HOME).encode()).hexdigest()[:12]}:",
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
}
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "riskzon"
CELERY_TASK_PUBLISH_RETRY = False  # a page never waits for the broker
CELERY_TASK_SEND_SENT_EVENT = False
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_SOFT_TIME_LIMIT = 30
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_BEAT_SCHEDULER = "riskzon.beat:Scheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "workflows.sweep", "schedule": 5.0},
    # One for each way out, so that a mail server that hangs keeps no SMS waiting; none piles up behind one that hangs.
    **{
        f"relay_{channel}": {
            "task": "notifications.relay",
            "schedule": 5.0,
            "args": [channel],
            "options": {"expires": 5.0},
        }
        for channel in ("sms", "email")
    },
    "forget_drafts": {"task": "riskzon.forget_drafts", "schedule": 3600.0},
    "forget_sessions": {"task": "riskzon.forget_sessions", "schedule": 3600.0},
    # Asks whether it is time; the second dispatcher asks too.
    "canary": {"task": "workflows.canary", "schedule": 60.0},
}

# --- E-mail ---------------------------------------------------------------------------------------------------------
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="no-reply@localhost")
EMAIL_TIMEOUT = 10

# --- SMS to whoever is on duty: an address of apprise with {to} where the number goes; "" none --------------------------
SMS_URL = env.str("SMS_URL", default="").strip()
if SMS_URL == "none":
    SMS_URL = ""
SMS_TIMEOUT = 10

# --- The auditor's own alarm: by no part of the product that may be what is broken ------------------------------------
AUDIT_MAIL_TO = [address for address in env.list("AUDIT_MAIL_TO", default=[]) if address.strip() not in ("", "none")]
# A mail server of its own, where there is one; else that of the product.
AUDIT_EMAIL = env.email_url("AUDIT_EMAIL_URL", default=env.str("EMAIL_URL", default="consolemail://"))
AUDIT_WEBHOOK_URL = env.str("AUDIT_WEBHOOK_URL", default="").strip()
# Called in each round in which nothing is wrong; whoever listens there raises the alarm when the calls stay away.
DEADMAN_URL = env.str("DEADMAN_URL", default="").strip()
if DEADMAN_URL == "none":
    DEADMAN_URL = ""
# Where the hourly trial of the chain is sent, and who helps when it does not arrive (a number, shown on the pages).
CANARY_MAIL_TO = env.str("CANARY_MAIL_TO", default="").strip() or parseaddr(DEFAULT_FROM_EMAIL)[1]
SUPPORT_PHONE = env.str("SUPPORT_PHONE", default="").strip()

# --- Logs -----------------------------------------------------------------------------------------------------------
LOGGING_CONFIG = None  # configured by logs.configure, so that every process has the same
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
logs.configure(level=LOG_LEVEL, readable=os.isatty(2))
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = None
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = 20

# guardian's own backend is left out: rights are asked of riskzon.access, which knows when a grant has ended.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
