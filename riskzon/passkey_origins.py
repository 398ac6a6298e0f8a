"""Is this an address to which a key of a person's own can answer (WebAuthn), and is it ours? Asked before there are settings."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit


def is_one(origin: str, hosts: Iterable[str]) -> bool:
    """Exactly as a browser writes it, `https://host` or `https://host:port`; a name, of `hosts` (".x.se": any below)."""
    try:
        parts = urlsplit(origin)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    written = f"https://{host}" + (f":{port}" if port not in (None, 443) else "")
    return origin == written and _is_name(host) and any(_is_of(host, allowed.casefold()) for allowed in hosts)


def _is_name(host: str) -> bool:
    """A key answers to a name with a dot in it, in plain letters; to no number."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." in host and host.isascii()
    return False


def _is_of(host: str, allowed: str) -> bool:
    return host == allowed or (allowed.startswith(".") and host.endswith(allowed)) or f".{host}" == allowed
