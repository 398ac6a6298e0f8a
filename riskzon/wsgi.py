"""The entrance for a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from riskzon.celery import app as celery_app

__all__ = ["application", "celery_app"]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.production")
application = get_wsgi_application()
