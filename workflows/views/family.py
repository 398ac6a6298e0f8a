"""Putting right who the child is and who the adults around it are."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from riskzon.access import Action
from riskzon.identity import format_identity
from workflows.forms.family import ChildForm, GuardianForm, custody_word
from workflows.verbs import family
from workflows.views.contact import line_of
from workflows.views.form_page import CaseFormPage, Opened


class IdentifyChild(CaseFormPage):
    what = "identify"
    action = Action.IDENTIFY
    form_class = ChildForm
    title = gettext_lazy("Barnets uppgifter")
    done = gettext_lazy("Barnets uppgifter är sparade.")

    def initial(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        child = opened.case.child
        return {
            "identity_number": format_identity(child.identity_number) if child.identity_number else "",
            "birth_date": child.birth_date,
            "given_name": child.given_name,
            "family_name": child.family_name,
            "protected_identity": child.protected_identity,
            "home_municipality": child.home_municipality,
            "whereabouts": child.whereabouts,
        }

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        # Only what was written here: the child may turn out to be one that is known already, and keeps its own facts.
        before = self.initial(request, opened)
        family.identify_child(
            request.user, opened.case.pk, **{name: value for name, value in data.items() if value != before[name]}
        )

    def context(self, request: HttpRequest, opened: Opened, form: Any) -> dict[str, Any]:
        if opened.case.child.is_identified:
            return {}
        return {
            "lead": gettext_lazy(
                "När du sparar ett personnummer eller födelsedatum börjar fristen för kontakt med vårdnadshavare."
            )
        }


class AddGuardian(CaseFormPage):
    what = "guardian"
    action = Action.FAMILY
    form_class = GuardianForm
    title = gettext_lazy("Lägg till vårdnadshavare eller annan vuxen")
    button = gettext_lazy("Lägg till")
    done = gettext_lazy("Personen är tillagd.")

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        family.add_guardian(request.user, opened.case.pk, **data)


class ChangeGuardian(CaseFormPage):
    what = "guardian"
    action = Action.FAMILY
    form_class = GuardianForm
    title = gettext_lazy("Rätta uppgifter")
    done = gettext_lazy("Uppgifterna är rättade.")

    def initial(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        line = line_of(opened, self.kwargs["guardian_id"])
        return {
            "name": line.name,
            "relation": line.relation,
            "is_custodian": custody_word(line.is_custodian),
            "phone": line.phone,
            "language": line.language,
            "interpreter": line.interpreter,
        }

    def form_options(self, request: HttpRequest, opened: Opened) -> dict[str, Any]:
        return {"hide_phone": not line_of(opened, self.kwargs["guardian_id"]).may_call}

    def act(self, request: HttpRequest, opened: Opened, data: dict[str, Any]) -> None:
        # An empty number means "as it was": the page never shows the one that is stored.
        fields = {name: value for name, value in data.items() if name != "identity_number" or value}
        family.change_guardian(request.user, self.kwargs["guardian_id"], case_id=opened.case.pk, **fields)

    def context(self, request: HttpRequest, opened: Opened, form: Any) -> dict[str, Any]:
        return {"about": line_of(opened, self.kwargs["guardian_id"]).name}
