"""People, one case about a child who must stay unnamed, and a real mail server."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.contrib.auth.models import Group
from django.db import transaction

from notifications.models import Delivery, DutyPattern, Message
from notifications.outbox import tell
from riskzon.models import Case, Child, Guardian, Guardianship, Report, Role, Unit, User
from riskzon.models.people import UnitKind
from tests.notifications import gateway as gateways
from workflows.steps import begin

# The mail server tells every step of every conversation; the tests look at the mails.
logging.getLogger("mail.log").setLevel(logging.WARNING)

NOW = datetime(2026, 11, 13, 17, 20, tzinfo=UTC)

#: Planted in child, guardians and report; none of it may ever be said by a message.
CANARIES = (
    "Kanariella",
    "Fågelbur",
    "201201092385",
    "20120109-2385",
    "Gulfjäder",
    "197705232382",
    "0701740605",
    "Kanarievägen 7",
    "Voljärskolan",
    "Papegojsson",
    "jagades av en katt",
)


@dataclass
class People:
    """Everybody a message may meet, by role."""

    worker: User
    colleague: User
    supervisor: User
    head: User
    duty: User
    liaison: User
    analyst: User
    log_reviewer: User
    admin: User
    partner: User

    def all(self) -> list[User]:
        return list(vars(self).values())


@pytest.fixture
def people(db: None) -> People:
    intake, duty, police = (
        Unit.objects.create(slug=slug, name=name, kind=kind, group=Group.objects.create(name=slug))
        for slug, name, kind in (
            ("mottagning", "Mottagning barn och unga", UnitKind.INTAKE),
            ("jour", "Socialjouren", UnitKind.DUTY),
            ("polis", "Polissamverkan", UnitKind.LIAISON),
        )
    )

    def person(username: str, role: Role, unit: Unit | None = None, language: str = "sv") -> User:
        return User.objects.create(
            username=username, role=role, unit=unit, language=language, email=f"{username}@city.example"
        )

    everybody = People(
        worker=person("worker", Role.SOCIAL_WORKER, intake),
        colleague=person("colleague", Role.SOCIAL_WORKER, intake, "en"),
        supervisor=person("supervisor", Role.SUPERVISOR, intake),
        head=person("head", Role.HEAD),
        duty=person("duty", Role.DUTY, duty),
        liaison=person("liaison", Role.LIAISON, police),
        analyst=person("analyst", Role.ANALYST),
        log_reviewer=person("log_reviewer", Role.LOG_REVIEWER),
        admin=person("admin", Role.ADMIN),
        partner=person("partner", Role.PARTNER),
    )
    intake.supervisor = everybody.supervisor
    intake.save()
    on_shift(everybody.duty)
    return everybody


def on_shift(person: User) -> None:
    """From now on this person is on duty round the clock."""
    DutyPattern.objects.bulk_create(
        DutyPattern(person=person, weekday=weekday, starts=0, ends=0, valid_from=date(2020, 1, 1), added_at=NOW)
        for weekday in range(7)
    )


@pytest.fixture
def case(people: People) -> Case:
    """Case 2026-000417-1, full of canaries."""
    with transaction.atomic():
        return _reported_by(people.liaison, held_by=people.worker.unit)


def _reported_by(liaison: User, *, held_by: Unit) -> Case:
    child = Child.objects.create(
        identity_number="201201092385",
        birth_date=date(2012, 1, 9),
        given_name="Kanariella",
        family_name="Fågelbur",
        description="Gulfjäder på jackan",
        whereabouts="Kanarievägen 7",
    )
    guardian = Guardian.objects.create(name="Papegojsson Fågelbur", identity_number="197705232382", phone="0701740605")
    Guardianship.objects.create(child=child, guardian=guardian)
    report = Report.objects.create(
        number="2026-000417",
        year=2026,
        kind="arrest",
        occurred_at=NOW,
        notified_at=NOW,
        registered_at=NOW,
        registered_by=liaison,
        summary="Kanariella jagades av en katt",
        reporter_name="Papegojsson",
        reporter_organisation="Voljärskolan",
        raw={"summary": "Kanariella jagades av en katt", "identity_number": "20120109-2385"},
    )
    case = Case.objects.create(
        report=report,
        ordinal=1,
        child=child,
        summary="Fågelbur jagades av en katt",
        as_reported={"name": "Kanariella Fågelbur"},
        unit=held_by,
        registered_at=NOW,
    )
    begin(case)
    return case


@pytest.fixture
def waiting(people: People, case: Case) -> Delivery:
    """One delivery that waits to be sent to the social worker."""
    tell("case_received", to=[people.worker], key="waiting", now=NOW, case_id=case.pk)
    return Delivery.objects.get(message__recipient=people.worker)


def inbox_of(person: User) -> list[str]:
    """The kinds of what this person was told, oldest first."""
    return list(Message.objects.filter(recipient=person).order_by("created_at", "id").values_list("kind", flat=True))


@dataclass
class MailServer:
    """A mail server on this machine that keeps what it is given. `answer` other than 250 refuses."""

    arrived: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    answer: str = "250 OK"
    port: int = 0
    on_arrival: Callable[[], None] = lambda: None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.answer.startswith("250"):
            self.arrived.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
            self.on_arrival()
        return self.answer

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=policy.default) for _sender, _to, content in self.arrived]


class AnyPort(Controller):
    """aiosmtpd's controller on a port that the system picks."""

    def __init__(self, handler: MailServer) -> None:
        super().__init__(handler, hostname="127.0.0.1", port=0)

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def mail_server(settings: object) -> Iterator[MailServer]:
    """A real SMTP conversation through Django's own backend."""
    handler = MailServer()
    controller = AnyPort(handler)
    controller.start()
    handler.port = controller.port
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = handler.port
    settings.EMAIL_TIMEOUT = 5
    settings.DEFAULT_FROM_EMAIL = "no-reply@city.example"
    settings.RISKZON_SITE_URL = "https://tjanst.city.example/"
    yield handler
    controller.stop()


#: Of the range for fiction, as every other number here.
DUTY_PHONE = "+46701740606"


@pytest.fixture
def on_call(people: People) -> User:
    """The duty social worker, with a number for SMS."""
    people.duty.phone = DUTY_PHONE
    people.duty.save()
    return people.duty


@pytest.fixture
def gateway(settings: object) -> Iterator[gateways.Gateway]:
    """A real HTTP conversation through apprise."""
    with gateways.running() as gateway:
        settings.SMS_URL = gateway.url
        yield gateway
