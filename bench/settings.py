"""The product's settings with the peer beside it: stock viewflow under guardian's own permissions."""

from settings.test import *

INSTALLED_APPS = [*INSTALLED_APPS, "bench.peer"]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
