"""The test suite: real servers (started by tests/conftest.py unless given), no shortcuts but a fast password hash."""

from settings.base import *

RISKZON_DEMO = True
SMS_URL = "mailbox://"
SECRET_KEY = "only-for-tests-" * 4
AUDIT_HEAD_KEY = "only-for-the-heads-of-tests"
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Static files straight from their sources: no collecting, no hashed names.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
# No auditor runs beside the suite: every page would say so. The tests of the banner put it back.
_processors = TEMPLATES[0]["OPTIONS"]["context_processors"]
TEMPLATES = [
    {
        **TEMPLATES[0],
        "OPTIONS": {
            **TEMPLATES[0]["OPTIONS"],
            "context_processors": [name for name in _processors if name != "workflows.watched.banner"],
        },
    }
]
