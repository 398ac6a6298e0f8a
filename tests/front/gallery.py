"""A kitchen sink of every piece, with people who do not exist; needs no database."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from riskzon import error_pages
from riskzon.charts import Series, StackedBars
from riskzon.forms import ChoiceCards, DsFormMixin, IsoDateField, LocalMomentField, LoginForm
from riskzon.models import Role, Unit, User
from riskzon.ui import Action, Alarm, Entry, Identity, Tab, Tag, Tile

NOW = datetime(2026, 11, 22, 13, 32, tzinfo=UTC)
WORKER = User(
    id=uuid.UUID(int=1),
    username="karin.ek",
    first_name="Karin",
    last_name="Ek",
    role=Role.SUPERVISOR,
    unit=Unit(name="Mottagning barn och unga"),
)


class WorkerMiddleware:
    """Everybody is Karin Ek, except on the pages for those who have not logged in."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/login"):
            request.user = WORKER
        return self.get_response(request)


def deadline(kind: str, title: str, start: timedelta, due: timedelta, state: str = "running", **more: Any) -> dict:
    return {"kind": kind, "title": title, "starts_at": NOW + start, "due_at": NOW + due, "state": state, **more}


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CONTACT = "Kontakt med vårdnadshavare eller beslut att avvakta"
ASSESSMENT = "Omedelbar skyddsbedömning"
OPENING = "Inleda utredning"


def contact(due: timedelta, state: str = "running", **more: Any) -> dict:
    return deadline("guardian_contact", CONTACT, due - DAY, due, state, **more)


DEADLINES = [
    contact(-1.8 * HOUR, "breached"),
    contact(-22 / 60 * HOUR),
    deadline("protective_assessment", ASSESSMENT, -2.2 * HOUR, 21.8 * HOUR),
    contact(1.2 * HOUR),
    contact(3.2 * HOUR),
    contact(9.7 * HOUR),
    deadline("open_investigation", OPENING, -8 * DAY, 6.4 * DAY),
    contact(-2 * DAY, "met", met_at=NOW - 2.3 * DAY),
]
NAMES = ("name", "number", "age", "protected", "kind", "case", "step", "state", "worker")
CHILDREN = """
Ali Testsson|20090612-TF10|17|none|Gripen|2026-000411-1|Ring vårdnadshavare 2|Kontakt pågår|Du
Maja Provberg|20170203-TF21|9|marked|Orosanmälan|2026-000409-1|Ring vårdnadshavare 1|Kontakt pågår|Du
Wilma Låtsasdotter|20120415-TF52|14|none|Omhändertagen enligt LOB|2026-000416-1|Gör skyddsbedömning|Ny|
Elias Mallgren|20101127-TF33|15|none|Gripen|2026-000415-1|Ring vårdnadshavare 1|Ny|
Noor Exempelsson|20111009-TF45|15|none|Gripen|2026-000414-2|Ring vårdnadshavare 1|Kontakt pågår|Du
Saga Demoström|20120416-TF53|14|none|Gripen|2026-000417-1|Läs anmälan|Ny|Sara Lindh
Linn Testberg|20130130-TF74|13|none|Orosanmälan|2026-000398-1|Inled utredning|Inleda utredning|Du
Tyra Mallström|20090901-TF93|17|protected_registration|Gripen|2026-000402-1|Inget|Klar|Omar Nyman
"""
ROWS = [
    {"deadline": due, **dict(zip(NAMES, line.split("|"), strict=True))}
    for due, line in zip(DEADLINES, CHILDREN.strip().splitlines(), strict=True)
]


class ContactForm(DsFormMixin, forms.Form):
    idempotent = True
    guardian = forms.ChoiceField(
        label=_("Vem kontaktades?"),
        choices=[
            ("a", "Anna Exempelsson, vårdnadshavare"),
            ("j", "Jon Exempelsson, vårdnadshavare"),
            ("x", "Någon annan"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Välj vem som kontaktades."},
    )
    outcome = forms.ChoiceField(
        label="Vad ledde kontakten till?",
        help_text="Fristen stoppas när vårdnadshavaren är nådd.",
        choices=[("reached", "Nådd"), ("no_answer", "Inget svar"), ("message_left", "Lämnade meddelande")],
        widget=ChoiceCards,
        error_messages={"required": "Välj vad kontakten ledde till."},
    )
    at = LocalMomentField(label="När?")
    born = IsoDateField(label="Barnets födelsedatum", required=False)
    channel = forms.ChoiceField(label="Kontaktsätt", choices=[("phone", "Telefon"), ("visit", "Besök")])
    siblings = forms.MultipleChoiceField(
        label="Gäller också syskon",
        choices=[("1", "Ada Exempelsson"), ("2", "Bo Exempelsson")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    interpreter = forms.BooleanField(
        label="Tolk behövdes", required=False, help_text="Språk antecknas på vårdnadshavaren."
    )
    note = forms.CharField(label="Anteckning", widget=forms.Textarea({"rows": 4}), required=False)


IDENTITY = Identity(
    name="Noor Exempelsson",
    case_number="2026-000414-2",
    identity_number="20111009-TF45",
    age=15,
    kind="Gripen",
    protected="marked",
    deadline=contact(3.2 * HOUR),
    tags=[Tag("Kontakt pågår", "info")],
    actions=[
        Action("Registrera kontakt", "/form", "phone", "primary"),
        Action("Ta ärendet", "/form", "user-check", "secondary", "post"),
    ],
)
EVENTS = [
    Entry(
        NOW - 0.45 * HOUR,
        "Försök till kontakt: inget svar",
        "Karin Ek, socialsekreterare",
        "Ringde Anna Exempelsson, två signaler och sedan röstbrevlåda.\nNytt försök 14.30.",
        "phone-missed",
        anchor="entry-1",
        copyable=True,
    ),
    Entry(NOW - 1.2 * HOUR, "Ärendet tilldelat Karin Ek", "Sara Lindh, enhetschef", icon="user-check"),
    Entry(
        NOW - 2 * HOUR,
        "Frist överskriden",
        "Systemet",
        icon="alarm-clock",
        quiet=False,
        tone="over",
        facts=["Jour: Eva Strand", "Två försök gjorda"],
    ),
    Entry(
        NOW - 20.8 * HOUR,
        "24-timmarsfristen startade",
        "Systemet",
        "Går ut 22 nov 2026 kl. 17.44 enligt Socialtjänstgarantin.",
        "clock",
        quiet=True,
    ),
    Entry(NOW - 21 * HOUR, "Anmälan om gripen kom in", "Per Holm, socialsekreterare hos polisen", icon="file-text"),
]
CHARTS = [
    StackedBars(
        "weeks",
        "Kontakt med vårdnadshavare inom 24 timmar",
        "13 av 131 gripna nåddes efter fristen på tolv veckor.",
        [f"v. {week}" for week in range(36, 48)],
        [
            Series("I tid", [9, 11, 8, 12, 10, 9, 13, 11, 10, 8, 12, 5]),
            Series("Överskriden", [2, 1, 3, 0, 1, 2, 0, 1, 0, 1, 0, 2], "over", True),
        ],
        "Vecka",
    ),
    StackedBars(
        "units",
        "Tid till kontakt per enhet, 30 dagar",
        "Utredning Syd har flest över 24 timmar.",
        ["Mottagning", "Norr", "Syd", "Jouren"],
        [
            Series("Inom 4 timmar", [41, 28, 33, 22]),
            Series("4 till 24 timmar", [14, 9, 19, 17], "mist"),
            Series("Överskriden", [3, None, 6, 3], "over", True),
        ],
        "Enhet",
        "färre än 5",
        urls=["/worklist", "/worklist"],
    ),
]


def worklist(request: HttpRequest) -> HttpResponse:
    tabs = [
        Tab("Mina ärenden", "/worklist", 7, current=True),
        Tab("Ej tilldelade", "?view=unassigned", 3),
        Tab("Från jouren", "?view=duty", 0),
        Tab("Överskridna", "?view=overdue", 2, level="over"),
        Tab("Alla", "?view=all", 41),
    ]
    page = Paginator(range(410), 50).page(2)
    context = {"now": NOW, "rows": ROWS, "tabs": tabs, "page": page, "inbox_unread": 3}
    return render(request, "front/worklist.html", context)


def case(request: HttpRequest) -> HttpResponse:
    late = contact(-DAY, "met_late", met_at=NOW - DAY)
    deadlines = [DEADLINES[4], DEADLINES[2], DEADLINES[6], DEADLINES[7], late, contact(DAY, "exempt")]
    context = {"now": NOW, "identity": IDENTITY, "events": EVENTS, "deadlines": deadlines}
    return render(request, "front/case.html", context)


def form(request: HttpRequest) -> HttpResponse:
    given = ContactForm(request.POST or None, initial={"at": NOW} if request.GET.get("filled") else {})
    if request.method == "POST" and given.is_valid():
        request.session["saved"] = given.cleaned_data["at"].isoformat()
        return redirect("saved")
    return render(request, "front/form.html", {"now": NOW, "form": given, "deadline": IDENTITY.deadline})


def saved(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"<!doctype html><title>Sparat</title><p id=saved>{request.session['saved']}</p>")


def board(request: HttpRequest) -> HttpResponse:
    tiles = [
        Tile("Överskridna nu", "2", "?overdue", "äldsta 1 tim 48 min", "over", "alarm-clock"),
        Tile("Inom 4 timmar", "2", "?soon", "1 ej tilldelad", "soon", "clock-alert"),
        Tile("Ej tilldelade", "3", "?unassigned", "äldsta 52 min", "calm", "inbox"),
        Tile("Gripna nådda i tid, 30 dagar", "94 %", "?reached", "118 av 126, 4 undantagna", "done", "circle-check"),
    ]
    alarms = [Alarm("Senaste svepet var för 3 minuter sedan. Frister kan larma sent.", "/board", "Vad betyder det?")]
    context = {"now": NOW, "tiles": tiles, "charts": CHARTS, "alarms": alarms, "rows": ROWS[:2]}
    return render(request, "front/board.html", context)


def login(request: HttpRequest) -> HttpResponse:
    given: AuthenticationForm = LoginForm(request, data=request.POST or None)
    people = [
        ("karin.ek", "Karin", "Ek", Role.SOCIAL_WORKER),
        ("per.holm", "Per", "Holm", Role.LIAISON),
        ("maria.oberg", "Maria", "Öberg", Role.HEAD),
    ]
    accounts = [User(username=u, first_name=f, last_name=s, role=r, unit=WORKER.unit) for u, f, s, r in people]
    if request.method == "POST":
        given.is_valid = lambda: False  # no database here
        given._errors = forms.utils.ErrorDict({"username": given.error_class(["Ange ditt användarnamn."])})
    return render(request, "registration/login.html", {"form": given, "demo_accounts": accounts, "next": "/worklist"})


def error(request: HttpRequest, status: int) -> HttpResponse:
    if status == 500:
        return error_pages.server_error(request)
    message = "Ärendet ändrades av Sara Lindh kl. 14.31." if status == 409 else ""
    context = {"now": NOW, "kept": [("Anteckning", "Ringde Anna.")], "back_url": "/case", "message": message}
    return render(request, f"{status}.html", context, status=status)


def statement(request: HttpRequest) -> HttpResponse:
    return render(request, "riskzon/accessibility.html", {"now": NOW})
