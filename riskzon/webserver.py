"""How gunicorn serves the pages: `gunicorn --config python:riskzon.webserver riskzon.wsgi`."""

import gc
import os
from typing import Any

from riskzon import logs

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
timeout = 30
graceful_timeout = 5
keepalive = 5
# Who asks says neither that the way was encrypted nor which page is meant, also where a proxy on this machine passes it on:
# settings.production alone decides whose word is taken (BEHIND_PROXY).
forwarded_allow_ips = ""
max_requests = 20_000
max_requests_jitter = 2_000
accesslog = None
logconfig_dict = logs.config(level=os.environ.get("LOG_LEVEL", "INFO"), readable=False)


def post_worker_init(_worker: Any) -> None:
    """Once a process has loaded everything: what stays is looked at no more, and what a page leaves behind more rarely.

    A page makes tens of thousands of objects that nearly all go without the collector; looking for cycles among them each
    time a few hundred are new took a tenth of its processor time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
