"""The disclosure register: of one case, of a supervisor's units, and what a liaison may read; and the liaison's own view."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from riskzon.access import Action, Ground, ground_of
from riskzon.disclosed import received
from riskzon.doors import Look, look
from riskzon.errors import Unseen
from riskzon.matrix import Place
from riskzon.models import Case, CaseBlock, Disclosure, Role, Unit, User
from riskzon.models.people import UnitKind
from riskzon.ui import Tab
from workflows.disclosing import as_received
from workflows.forms.disclosures import CorrectDisclosureForm, DisclosureForm
from workflows.reduced import reduced
from workflows.verbs import disclosures
from workflows.verbs.disclosures import Leaving
from workflows.views.case import reduced_page
from workflows.views.casebar import bar, listed_name
from workflows.views.entry import signed_in
from workflows.views.form_page import CaseFormPage, Opened, open_case
from workflows.views.gates import only_in

PER_PAGE = 50
#: Chosen as decider: whoever registers. No user name can be written so.
ONESELF = "*"


class Disclose(CaseFormPage):
    what = "disclose"
    action = Action.DISCLOSE
    form_class: type[DisclosureForm] = DisclosureForm
    title = gettext_lazy("Lämna ut uppgifter")
    lead = gettext_lazy(
        "Det som har sekretess lämnas ut bara med stöd av ett lagrum, efter en avvägning, av någon som har beslutat. "
        "Raden går inte att ändra eller ta bort, bara att rätta med en ny."
    )
    button = gettext_lazy("Registrera utlämnandet")
    done = gettext_lazy("Utlämnandet är registrerat.")
    fields = {"fields": "fields_left"}

    def prepare(self, request: HttpRequest, door: Look, opened: Opened) -> None:
        posts = Unit.objects.filter(kind=UnitKind.LIAISON)
        self.receivers = [
            *((person.username, str(person)) for person in liaisons(opened.case)),
            *((unit.slug, _("Alla på %(unit)s") % {"unit": unit.name}) for unit in posts),
        ]
        others = disclosures.deciders(opened.case).exclude(pk=request.user.pk)
        self.deciders = [
            (ONESELF, _("Jag själv")),
            *((person.username, str(person)) for person in others),
        ]

    def form_options(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        return {"receivers": self.receivers, "deciders": self.deciders, "now": opened.now}

    def initial(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        return {"decided_by": ONESELF}

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> Disclosure:
        return disclosures.disclose(request.user, opened.case.pk, _leaving(data))

    def next_url(self, opened: Opened, result: Any) -> str:
        return reverse("case-disclosures", args=[opened.case.pk])


class Correct(Disclose):
    what = "disclose_correct"
    form_class = CorrectDisclosureForm
    title = gettext_lazy("Rätta ett utlämnande")
    lead = gettext_lazy("Den gamla raden står kvar, med en hänvisning till den nya.")
    button = gettext_lazy("Spara rättelsen")
    done = gettext_lazy("Utlämnandet är rättat.")

    def prepare(self, request: HttpRequest, door: Look, opened: Opened) -> None:
        super().prepare(request, door, opened)
        self.row = (
            Disclosure.objects.filter(pk=self.kwargs["disclosure_id"], case=opened.case)
            .select_related("liaison", "post", "decided_by")
            .first()
        )
        if self.row is None:
            raise Unseen
        decider = self.row.decided_by
        if decider != request.user and decider.username not in dict(self.deciders):
            self.deciders.append((decider.username, str(decider)))

    def initial(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        row = self.row
        return {
            "fields_left": row.fields,
            "account": row.content.get("account", ""),
            "authority": row.authority,
            "to": row.liaison.username if row.liaison else row.post.slug if row.post else "",
            "recipient": row.recipient,
            "way": row.way,
            "ground": row.ground,
            "balancing": row.balancing,
            "decided_by": ONESELF if row.decided_by == request.user else row.decided_by.username,
            "left_at": row.left_at,
            "valid_until": row.valid_until,
        }

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> Disclosure:
        reason, is_void = data.pop("reason"), data.pop("is_void")
        return disclosures.correct(
            request.user,
            opened.case.pk,
            self.kwargs["disclosure_id"],
            _leaving(data),
            reason=reason,
            is_void=is_void,
        )


@signed_in
@require_safe
def of_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Everything that has left of one case, corrected rows too, newest first."""
    with look(request.user, "disclosures") as door:
        file = open_case(door.case(case_id), door).file
        rows = [_line(row) for row in _with_people(Disclosure.objects.filter(case=case_id))]
    return render(request, "workflows/case/disclosures.html", {**bar(file, "case-disclosures"), "rows": rows})


@only_in(Place.DISCLOSURES)
@require_safe
def of_units(request: HttpRequest) -> HttpResponse:
    """What has left of the cases of the units that the reader leads, newest first."""
    with look(request.user, "disclosures") as door:
        led = door.cases.filter(ground=Ground.LEAD).values("pk")
        found = _with_people(Disclosure.objects.filter(case__in=led)).select_related("case__report", "case__child")
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
        rows = [{**_line(row), "case": row.case, "name": listed_name(row.case.child)} for row in page.object_list]
        door.listed(list(dict.fromkeys(row.case_id for row in page.object_list)))
    return render(request, "workflows/disclosures.html", {"page": page, "rows": rows, "now": door.now})


@only_in(Place.RECEIVED)
@require_safe
def to_me(request: HttpRequest) -> HttpResponse:
    """What has been disclosed to this liaison and is valid, newest first: the pieces, and nothing else of any case."""
    with look(request.user, "received_disclosures") as door:
        page = Paginator(received(request.user, door.now), PER_PAGE).get_page(request.GET.get("page"))
        rows = as_received(page.object_list, door.now)
        followed = set(door.cases.filter(pk__in=[one.row.case_id for one in rows]).values_list("pk", flat=True))
        door.listed(list(dict.fromkeys(one.row.case_id for one in rows)))
    context = {"page": page, "rows": rows, "followed": followed, "now": door.now}
    return render(request, "workflows/intake/received.html", context)


@signed_in
@require_safe
def as_liaison(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The case as one liaison has it at this moment, by the code that shows it to that liaison."""
    with look(request.user, "as_liaison") as door:
        case = door.case(case_id, Action.DISCLOSE)
        file = open_case(case, door).file
        people = list(liaisons(case))
        following = {person.pk for person in people if ground_of(person, case.pk, door.now) == Ground.FOLLOW}
        people.sort(key=lambda person: person.pk not in following)
        chosen = next((one for one in people if one.username == request.GET.get("who")), next(iter(people), None))
        seen: dict[str, Any] = {}
        if chosen is not None:
            if chosen.pk in following:
                seen = reduced_page(case, reduced(case, chosen, door.now), door.now)
            else:
                seen = {"disclosures": as_received(received(chosen, door.now).filter(case=case), door.now)}
    here = reverse("case-as-liaison", args=[case_id])
    context = {
        "chosen": chosen,
        "follows": chosen is not None and chosen.pk in following,
        "choices": [Tab(str(one), f"{here}?who={one.username}", current=one == chosen) for one in people],
    }
    return render(request, "workflows/case/as_liaison.html", {**bar(file, "case-as-liaison"), **seen, **context})


def liaisons(case: Case) -> Iterable[User]:
    """The social workers at the police house who may hear of this child."""
    blocked = CaseBlock.objects.filter(child=case.child_id, ended_at__isnull=True).values("user")
    people = User.objects.filter(role=Role.LIAISON, is_active=True).exclude(pk__in=blocked)
    return people.select_related("unit").order_by("first_name", "last_name")


def _with_people(rows: Any) -> Any:
    return rows.select_related("decided_by", "by", "liaison", "post", "correction").order_by("-left_at", "-at")


def _line(row: Disclosure) -> dict[str, Any]:
    """One row, and the one that stands in its place."""
    return {"row": row, "later": getattr(row, "correction", None)}


def _leaving(data: dict[str, Any]) -> Leaving:
    decider = "" if data["decided_by"] == ONESELF else data["decided_by"]
    rest = {name: value for name, value in data.items() if name not in ("fields_left", "decided_by")}
    return Leaving(fields=tuple(data["fields_left"]), decided_by=decider, **rest)
