"""A guardian is at the station: one tap on the case, one here, and whoever has the case knows."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy

from riskzon.access import Action
from riskzon.models import Channel, Contact
from workflows.forms.contact import Person
from workflows.forms.here import HereForm, SomeoneHereForm
from workflows.verbs import contacts
from workflows.views.contact import clock_of, outcome_words, people_of
from workflows.views.form_page import CaseFormPage, Opened


class GuardianHere(CaseFormPage):
    """One of the guardians whom the reader knows of; now, and spoken with."""

    what = "contact"
    action = Action.CONTACT
    form_class = HereForm
    title = gettext_lazy("Vårdnadshavare är här")
    lead = gettext_lazy("Sparas som ett besök just nu, och att ni har pratat med varandra.")
    button = gettext_lazy("Registrera")
    template_name = "workflows/here.html"

    def form_options(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        return {"is_held": self.is_held(opened)}

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> Contact:
        return contacts.register_contact(
            request.user,
            opened.case.pk,
            **self.who(data),
            at=opened.now,
            channel=Channel.VISIT,
            outcome=Contact.Outcome.REACHED,
            note=data["note"],
            initiated_by=Contact.Initiator.GUARDIAN if data["by_guardian"] else Contact.Initiator.STAFF,
        )

    def said(self, opened: Opened, result: Contact) -> str:
        return outcome_words(result, clock_of(opened))

    def context(self, request: HttpRequest, opened: Opened, form: Any) -> dict[str, Any]:
        return {"is_held": self.is_held(opened), "about": self.about(opened)}

    def person(self, opened: Opened) -> Person:
        """Who is meant; 404 for anybody whom the reader does not know of."""
        for person in people_of(opened):
            if person.id == self.kwargs["guardian_id"]:
                return person
        raise Http404

    def is_held(self, opened: Opened) -> bool:
        return self.person(opened).is_held

    def about(self, opened: Opened) -> str:
        return self.person(opened).label

    def who(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"guardian": self.kwargs["guardian_id"]}


class SomeoneHere(GuardianHere):
    """Somebody else: the name and the relation as they are said, custody to be checked by social services."""

    form_class = SomeoneHereForm
    title = gettext_lazy("Någon annan är här")
    lead = gettext_lazy(
        "Sparas som ett besök just nu, och att ni har pratat med varandra. "
        "Socialtjänsten kontrollerar om personen är vårdnadshavare."
    )
    fields = {"person.name": "name", "person.relation": "relation"}

    def is_held(self, opened: Opened) -> bool:
        return opened.own.do_not_contact if opened.own else bool(opened.file and opened.file.holds)

    def about(self, opened: Opened) -> str:
        return ""

    def who(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"person": contacts.Newcomer(data["name"], data["relation"])}
