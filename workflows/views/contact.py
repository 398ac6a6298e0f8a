"""Registering contact with a guardian, by form or with one tap, and what else ends the search for one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from riskzon.access import Action
from riskzon.clock import now as product_now
from riskzon.doors import Look
from riskzon.errors import Conflict, Invalid
from riskzon.identity import MAJORITY
from riskzon.models import Channel, Contact, Relation
from riskzon.timewords import short_moment
from workflows.casefile import GuardianLine
from workflows.ends import hides_guardians
from workflows.forms.contact import ContactForm, InformChildForm, Person, Relative, WriteOffForm, first_choice
from workflows.models import Deadline, Kind, State
from workflows.verbs import contacts
from workflows.views.casebar import listed_name
from workflows.views.entry import signed_in
from workflows.views.form_page import CaseFormPage, Opened


class RegisterContact(CaseFormPage):
    """The form that is filled in from the start; the outcome is what is left."""

    what = "contact"
    action = Action.CONTACT
    form_class = ContactForm
    title = gettext_lazy("Registrera kontakt")
    button = gettext_lazy("Spara kontakt")
    template_name = "workflows/contact.html"

    def prepare(self, request: HttpRequest, door: Look, opened: Opened) -> None:
        # Siblings are named on the page: whoever opens it has seen their cases.
        if relatives := _relatives(opened):
            door.listed([relative.case_id for relative in relatives])

    def initial(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        return {
            "guardian": first_choice(people_of(opened), request.GET.get("guardian", "")),
            "by_guardian": request.GET.get("from") == "guardian",
        }

    def form_options(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        clock = clock_of(opened)
        return {
            "people": people_of(opened),
            "relatives": _relatives(opened),
            "is_clock_running": clock is not None and clock.settled_at is None,
            "now": opened.now,
        }

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> Contact:
        return contacts.register_contact(
            request.user,
            opened.case.pk,
            guardian=data["guardian"],
            at=data["at"],
            channel=data["channel"],
            outcome=data["outcome"],
            note=data["note"],
            initiated_by=Contact.Initiator.GUARDIAN if data["by_guardian"] else Contact.Initiator.STAFF,
            also_cases=data.get("also_cases", ()),
        )

    def said(self, opened: Opened, result: Contact) -> str:
        return outcome_words(result, clock_of(opened))

    def context(self, request: HttpRequest, opened: Opened, form: ContactForm) -> dict[str, Any]:
        return {
            "clock": clock_of(opened),
            "clock_words": _clock_words(clock_of(opened), opened.now),
            "nobody": not people_of(opened),
            "is_doubted": opened.file is not None and hides_guardians(opened.file.ends),
            "is_adult": opened.file is not None and (opened.file.child_age or 0) >= MAJORITY,
            "everybody_held": bool(form.people) and all(person.is_held for person in form.people.values()),
        }


@signed_in
@require_POST
def tap(request: HttpRequest, case_id: UUID, guardian_id: UUID, outcome: str) -> HttpResponse:
    """One tap: this guardian, by phone, now. Only "reached" and "no answer" are that simple."""
    if outcome not in (Contact.Outcome.REACHED, Contact.Outcome.NO_ANSWER):
        raise Http404
    back = f"{reverse('case', args=[case_id])}#family"
    try:
        made = contacts.register_contact(
            request.user, case_id, guardian=guardian_id, at=product_now(), channel=Channel.PHONE, outcome=outcome
        )
    except (Conflict, Invalid) as refusal:
        messages.error(request, refusal.message)
        return redirect(back)
    messages.success(request, outcome_words(made, None))
    return redirect(back)


class WriteOff(CaseFormPage):
    what = "write_off"
    action = Action.FAMILY
    form_class = WriteOffForm
    title = gettext_lazy("Sök inte vårdnadshavaren längre")
    lead = gettext_lazy(
        "Uppgiften att nå just den här vårdnadshavaren avslutas. 24-timmarsfristen stoppas inte av det."
    )
    button = gettext_lazy("Spara")
    done = gettext_lazy("Vårdnadshavaren söks inte längre.")

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        contacts.write_off(request.user, opened.case.pk, guardian=self.kwargs["guardian_id"], reason=data["reason"])

    def context(self, request: HttpRequest, opened: Opened, form: Any) -> dict[str, Any]:
        return {"about": line_of(opened, self.kwargs["guardian_id"]).name}


class NoGuardian(CaseFormPage):
    """Nobody has custody who can act (GMEB 2-3 §§): the lead decides."""

    what = "write_off"
    action = Action.DECIDE_HOLD
    form_class = WriteOffForm
    title = gettext_lazy("Det finns ingen vårdnadshavare")
    lead = gettext_lazy(
        "Till exempel ett ensamkommande barn utan god man. Fristen för kontakt undantas, och det redovisas på en egen rad."
    )
    done = gettext_lazy("Det är antecknat att det inte finns någon vårdnadshavare.")

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        contacts.write_off(request.user, opened.case.pk, guardian=None, reason=data["reason"])


class InformChild(CaseFormPage):
    what = "inform_child"
    action = Action.FAMILY
    form_class = InformChildForm
    title = gettext_lazy("Barnet är informerat")
    lead = gettext_lazy("Den som har fyllt 15 år för sin egen talan och ska själv få veta (SoL 3:2–3:4).")
    done = gettext_lazy("Det är antecknat att barnet är informerat.")

    def initial(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        return {"at": opened.now}

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        contacts.inform_child(request.user, opened.case.pk, at=data["at"], note=data["note"])


def people_of(opened: Opened) -> list[Person]:
    """The guardians as choices; for the liaison those in the own report."""
    if opened.file:
        return [_person(line, opened.now) for line in opened.file.guardians]
    held = opened.own.do_not_contact
    return [
        Person(
            UUID(sent["id"]),
            f"{sent.get('name') or _('Namn saknas')}, {Relation(sent.get('relation') or Relation.CUSTODIAN).label.lower()}",
            is_held=held,
        )
        for sent in opened.own.as_reported.get("guardians", [])
    ]


def line_of(opened: Opened, guardian_id: UUID) -> GuardianLine:
    """One guardian of an opened case; 404 for anybody else."""
    for line in opened.file.guardians if opened.file else ():
        if line.id == guardian_id:
            return line
    raise Http404


def clock_of(opened: Opened) -> Deadline | None:
    """The case's current clock for reaching a guardian."""
    return opened.file.current(Kind.GUARDIAN_CONTACT) if opened.file else opened.own.contact


def outcome_words(contact: Contact, clock_before: Deadline | None) -> str:
    """What came of it for the clock, in words; `clock_before` as it stood when the page was opened, None if not known."""
    if not contact.counts:
        return _("Kontakten är sparad. Den stoppar inte fristen.")
    if clock_before is None or clock_before.settled_at is not None:
        return _("Kontakten är sparad.")
    if clock_before.state == State.RUNNING and contact.recorded_at <= clock_before.due_at:
        return _("Kontakten är sparad. Fristen är klar i tid.")
    if contact.at <= clock_before.due_at:
        return _(
            "Kontakten är sparad. Fristen hade gått ut när den registrerades och står kvar som överskriden. "
            "Enhetschefen kan bekräfta att kontakten togs i tid."
        )
    return _("Kontakten är sparad. Fristen är klar, men efter tiden.")


def _person(line: GuardianLine, now: datetime) -> Person:
    label = f"{line.name or _('Namn saknas')}, {line.relation_label.lower()}"
    state = ""
    if line.hold:
        state = _("avvakta kontakt")
    elif line.reached_at:
        state = _("nådd %(when)s") % {"when": short_moment(line.reached_at, now)}
    elif line.written_off:
        state = _("söks inte längre")
    return Person(
        line.id,
        f"{label} ({state})" if state else label,
        is_held=line.hold is not None,
        is_reached=line.reached_at is not None,
        is_sought=line.written_off is None and line.is_custodian is not False,
    )


def _relatives(opened: Opened) -> list[Relative]:
    if not opened.file:
        return []
    return [
        Relative(
            sibling.case.pk,
            ", ".join(filter(None, (listed_name(sibling.child), sibling.case.number))),
            frozenset(sibling.shared),
        )
        for sibling in opened.file.history.siblings
        if sibling.case is not None
    ]


def _clock_words(deadline: Deadline | None, now: datetime) -> str:
    """What saving a contact now would mean."""
    if deadline is None or deadline.settled_at is not None:
        return ""
    due = short_moment(deadline.due_at, now)
    if deadline.due_at < now:
        return _(
            "Fristen gick ut %(due)s. Det är tiden för registreringen som räknas: kontakten sparas, "
            "men fristen står kvar som överskriden."
        ) % {"due": due}
    return _("Kontakten räknas om den är registrerad senast %(due)s.") % {"due": due}
