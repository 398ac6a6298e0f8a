"""Can somebody come in who has no right to, or stay in who has left?"""

import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from statistics import median
from typing import Any
from urllib.parse import urlencode

import requests

from tests.faults.addresses import abused
from tests.faults.client import together
from tests.faults.plan import Outcome, Skipped, experiment, percentiles
from tests.faults.serving import as_in_production
from tests.faults.stand import Stand, Stands
from tests.faults.visitor import PASSWORD, Visitor
from tests.front.browser import FLAGS, chromium_path

#: Of each account in a quarter of an hour.
MOST = 5
_KEY = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


class Stranger:
    """Somebody at another machine who tries passwords: one key of the form, one connection for each try."""

    def __init__(self, port: int) -> None:
        self._port = port
        page = requests.get(f"http://127.0.0.1:{port}/login/", timeout=60)
        key = _KEY.search(page.text)
        assert key
        self._key = key[1]
        self._cookies = "; ".join(f"{name}={value}" for name, value in page.cookies.items())

    def tries(self, username: str, password: str, source: str = "127.0.0.1") -> tuple[int, float]:
        """The status of one try from an address, and how long it took."""
        line = HTTPConnection("127.0.0.1", self._port, timeout=60, source_address=(source, 0))
        fields = {"csrfmiddlewaretoken": self._key, "username": username, "password": password}
        headers = {"Cookie": self._cookies, "Content-Type": "application/x-www-form-urlencoded"}
        began = time.monotonic()
        line.request("POST", "/login/", urlencode(fields), headers)
        answer = line.getresponse()
        answer.read()
        line.close()
        return answer.status, time.monotonic() - began


def _evaluated(statuses: Counter[int]) -> int:
    """How many passwords were looked at: each of them is answered by the form again, or by coming in."""
    return statuses[200] + statuses[302]


def _guess(stranger: Stranger, names: list[str], n: int, addresses: int) -> Counter[int]:
    statuses: Counter[int] = Counter()
    lock = threading.Lock()

    def one(number: int) -> None:
        source = f"127.0.0.{1 + number % addresses}"
        status, _seconds = stranger.tries(names[number % len(names)], f"gissning {number}", source)
        with lock:
            statuses[status] += 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(n)))
    return statuses


#: One account as it can be typed: NFKC, which Django applies to names, makes one name of all of them.
def spellings(username: str) -> list[str]:
    """The name with each letter in turn as wide as a Chinese character, with spaces around it, and as it is."""
    wide = [
        username[:at] + chr(ord(letter) + 0xFEE0) + username[at + 1 :]
        for at, letter in enumerate(username)
        if letter.isalpha()
    ]
    return [username, f" {username} ", f"{username}\u3000", *wide]


@experiment(
    "F34",
    "of any number of guesses at one account five are looked at in a quarter of an hour, from wherever and however the"
    " name is spelled; its owner comes in at the own desk; a name that exists cannot be told from one that does not",
    short=dict(n=60, addresses=20, pairs=15),
    long=dict(n=1000, addresses=200, pairs=200),
)
def guessed(stands: Stands, outcome: Outcome, *, n: int, addresses: int, pairs: int) -> None:
    stand = abused(stands)
    port = stand.product.port
    stranger = Stranger(port)
    owner = Visitor(port, "karin.ek")
    owner.post("/logout/", owner.form("/"))
    _forget(stand)
    rounds = {
        "from one address": _guess(stranger, ["karin.ek"], n, 1),
        "from many addresses": _guess(stranger, ["omar.nyman"], n, addresses),
        "of one spelled in many ways": _guess(stranger, spellings("lina.dahl"), n, addresses),
        "of nobody": _guess(stranger, ["finns.inte"], n, 1),
        "at once": Counter(
            together([lambda number=number: stranger.tries("jonas.falk", f"{number}")[0] for number in range(50)])
        ),
    }
    outcome.faults["guesses"] = sum(one.total() for one in rounds.values())
    outcome.figures = {name: dict(statuses) for name, statuses in rounds.items()}
    for name, statuses in rounds.items():
        outcome.must(f"five are looked at: {name}", _evaluated(statuses) == MOST)
        outcome.must(f"nobody comes in and nothing breaks: {name}", set(statuses) <= {200, 429})
    right, _seconds = stranger.tries("karin.ek", PASSWORD)
    outcome.must("a right password from a stranger is not looked at either", right == 429)
    came = owner.post("/login/", {**owner.form("/login/"), "username": "karin.ek", "password": PASSWORD})
    outcome.must("the owner comes in at the own desk", came.status_code == 302)
    outcome.n = outcome.faults["guesses"] + 2 * pairs
    _time_names(stand, stranger, outcome, pairs)
    _forget(stand)


def _time_names(stand: Stand, stranger: Stranger, outcome: Outcome, pairs: int) -> None:
    known: list[float] = []
    unknown: list[float] = []
    for number in range(pairs):
        if number % MOST == 0:
            _forget(stand)
        for name, seconds in (("per.holm", known), (f"person.{number}", unknown)):
            seconds.append(stranger.tries(name, "gissning")[1])
    apart = abs(median(known) - median(unknown)) / median(known)
    outcome.figures["known_s"], outcome.figures["unknown_s"] = percentiles(known), percentiles(unknown)
    outcome.figures["medians_apart"] = round(apart, 3)
    # A hundred pairs tell a tenth; of fewer only a password that is not hashed at all can be told.
    outcome.must("known and unknown names take the same time", apart < (0.1 if pairs >= 100 else 0.5))


def _forget(stand: Stand) -> None:
    with stand.database() as database:
        database.execute("DELETE FROM riskzon_loginattempt")


_AGE = """
from importlib import import_module
from django.conf import settings
store = import_module(settings.SESSION_ENGINE).SessionStore("{key}")
for name, by in {ages}.items():
    store[name] -= by
store.save()
print("AGED")
"""
_PASSWORD = """
from riskzon.models import User
user = User.objects.get(username="{username}")
user.set_password("{password}")
user.save()
print("SET")
"""


@experiment(
    "F35",
    "a session is a new one at each login and is over at logout, a new password, a closed account, a changed role, a quarter"
    " of an hour without doing anything and ten hours; its cookies are for the product alone; back shows nothing",
    short=dict(n=1),
    long=dict(n=20),
)
def sessions(stands: Stands, outcome: Outcome, *, n: int) -> None:
    stand = abused(stands)
    refused: Counter[str] = Counter()
    for _turn in range(n):
        for name, end in _ENDS.items():
            refused[name] += _is_over_after(stand, end)
    refused["planted key"] = sum(_is_new_at_login(stand) for _turn in range(n))
    outcome.figures = {"over": dict(refused)}
    for name, number in refused.items():
        outcome.must(name, number == n)
    faults = _cookies(stand)
    outcome.must(f"cookies: {faults}", not faults)
    outcome.n = n * len(refused) + 2
    shown = _back_after_logout(stand)
    outcome.figures["back_after_logout"] = shown
    outcome.must("back after logout shows nothing", shown == "login page")


def _is_in(visitor: Visitor) -> bool:
    answer = visitor.session.get(f"{visitor.address}/inbox/", allow_redirects=False, timeout=60)
    return answer.status_code == 200


def _is_over_after(stand: Stand, end: Callable[[Stand, Visitor], Callable[[], object] | None]) -> bool:
    """Whether the very cookies that a session had lead nowhere once it has ended."""
    visitor = Visitor(stand.product.port, "nadia.rask")
    assert _is_in(visitor)
    kept = visitor.session.cookies.copy()
    undo = end(stand, visitor)
    visitor.session.cookies = kept
    is_over = not _is_in(visitor)
    if undo:
        undo()
    return is_over


def _log_out(_stand: Stand, visitor: Visitor) -> None:
    visitor.post("/logout/", visitor.form("/inbox/"))


def _new_password(stand: Stand, _visitor: Visitor) -> Callable[[], object]:
    def change(password: str) -> str:
        return stand.manage("shell", "-v0", "-c", _PASSWORD.format(username="nadia.rask", password=password))

    change("en helt annan mening")
    return lambda: change(PASSWORD)


def _sets(column: str, value: str, before: str) -> Callable[[Stand, Visitor], Callable[[], object]]:
    def end(stand: Stand, _visitor: Visitor) -> Callable[[], object]:
        def change(to: str) -> None:
            with stand.database() as database:
                database.execute(f"UPDATE riskzon_user SET {column} = {to} WHERE username = 'nadia.rask'")  # noqa: S608

        change(value)
        return lambda: change(before)

    return end


def _ages(**seconds: int) -> Callable[[Stand, Visitor], None]:
    def end(stand: Stand, visitor: Visitor) -> None:
        key = visitor.session.cookies[_session_cookie(visitor)]
        assert "AGED" in stand.manage("shell", "-v0", "-c", _AGE.format(key=key, ages=seconds))

    return end


_ENDS: dict[str, Callable[[Stand, Visitor], Any]] = {
    "logout": _log_out,
    "new password": _new_password,
    "account closed": _sets("is_active", "false", "true"),
    "role changed": _sets("role", "'duty'", "'liaison'"),
    "a quarter of an hour": _ages(seen=15 * 60),
    "ten hours": _ages(began=10 * 3600),
}


def _session_cookie(visitor: Visitor) -> str:
    return next(name for name in visitor.session.cookies.get_dict() if "session" in name)


def _is_new_at_login(stand: Stand) -> bool:
    """A key that somebody has planted in a browser, and one that was an own session, are worth nothing after the login."""
    first = Visitor(stand.product.port, "nadia.rask")
    name = _session_cookie(first)
    own = first.session.cookies[name]
    first.post("/logout/", first.form("/inbox/"))
    keys = set()
    for planted in ("a" * 32, own):
        visitor = Visitor.__new__(Visitor)
        visitor.address, visitor.session = first.address, requests.Session()
        visitor.session.cookies.set(name, planted)
        visitor.post("/login/", {**visitor.form("/login/"), "username": "nadia.rask", "password": PASSWORD})
        keys |= {value for key, value in visitor.session.cookies.items() if key == name and value != planted}
    return len(keys) == 2


def _cookies(stand: Stand) -> list[str]:
    """What is wrong with the cookies, as a municipality's own servers set them."""
    with as_in_production(stand) as address:
        session = requests.Session()
        session.headers["X-Forwarded-Proto"] = "https"
        page = session.get(f"{address}/login/", timeout=60)
        key = _KEY.search(page.text)
        assert key, (page.status_code, page.text[:300])
        fields = {"csrfmiddlewaretoken": key[1], "username": "nadia.rask", "password": PASSWORD}
        # requests keeps cookies for https to itself on http.
        sent = "; ".join(f"{cookie.name}={cookie.value}" for cookie in page.cookies)
        came = session.post(
            f"{address}/login/",
            fields,
            headers={"Cookie": sent, "Referer": address.replace("http:", "https:") + "/login/"},
            allow_redirects=False,
            timeout=60,
        )
        faults = [] if came.status_code == 302 else [f"login: {came.status_code}"]
        set_cookies = [one.lower() for answer in (page, came) for one in answer.raw.headers.getlist("Set-Cookie")]
    for one in set_cookies:
        name = one.partition("=")[0]
        wanted = {"secure", "httponly", "path=/"}
        said = {part.strip() for part in one.split(";")[1:]}
        lacks = wanted - said | (set() if {"samesite=lax", "samesite=strict"} & said else {"samesite"})
        faults += [f"{name} lacks {lacks}"] if lacks else []
        faults += [] if name.startswith("__host-") else [f"{name} is not __Host-"]
    return faults if set_cookies else ["no cookie was set"]


def _back_after_logout(stand: Stand) -> str:
    """What a browser shows that goes back after its user has logged out: "login page", or what else."""
    if not (program := chromium_path()):
        raise Skipped("back after logout needs Chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    made = stand.caller().register()
    case = made.json["cases"][0]["id"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=list(FLAGS))
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{stand.product.port}/login/")
        page.fill("[name=username]", "karin.ek")
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url("**/")
        page.goto(f"http://127.0.0.1:{stand.product.port}/cases/{case}/")
        assert "Provsson" in page.content()
        page.evaluate("document.querySelector('form[action$=\"/logout/\"]').requestSubmit()")
        page.wait_for_url("**/login/**")
        page.go_back()
        page.wait_for_load_state()
        shown = page.content()
        browser.close()
    if "Provsson" in shown:
        return "the case"
    return "login page" if 'name="password"' in shown else shown[:200]
