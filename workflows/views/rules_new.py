"""The forms on which the administrator proposes a rule or a ladder: what it would do is shown before it is proposed."""

import hashlib
import json
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from riskzon import clock, drafts
from riskzon.doors import unseen
from riskzon.errors import Conflict, Invalid
from riskzon.matrix import Place
from workflows.forms.rules import LadderForm, RuleForm
from workflows.lawful import TRACKS, Track
from workflows.models import Kind, RuleChange
from workflows.rules import Rulebook
from workflows.verbs import rules as verbs
from workflows.views import wording
from workflows.views.gates import only_in
from workflows.views.rules import effects_of_ladder, effects_of_rule


@method_decorator(only_in(Place.RULES_PROPOSE), name="dispatch")
class _ProposePage(View):
    """A form that is sent twice: to see what would differ, then, unchanged, to propose it."""

    http_method_names = ["get", "head", "post"]
    template_name: ClassVar[str]
    title: ClassVar[Any]
    what: ClassVar[RuleChange.What]

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        track = self.track(request, **kwargs)
        typed = drafts.restored(request)
        form = self.form(None, track, clock.now(), typed)
        if typed:
            drafts.fill(form, typed)
        return self._show(request, track, form)

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        track, now = self.track(request, **kwargs), clock.now()
        form = self.form(request.POST, track, now)
        if not form.is_valid():
            return self._show(request, track, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        digest = _digest(self.content(form))
        if request.POST.get("do") != "propose" or form.cleaned_data["seen"] != digest:
            form.data = form.data.copy()
            form.data["seen"] = digest
            return self._show(request, track, form, effects=self.effects(form, track, now))
        try:
            made = self.act(request, track, form.cleaned_data)
        except Invalid as wrong:
            for field, message in wrong.errors:
                form.add_error(self.field(form, field), message)
            return self._show(
                request, track, form, HTTPStatus.UNPROCESSABLE_ENTITY, effects=self.effects(form, track, now)
            )
        except Conflict as late:
            messages.error(request, late.message)
            return self._show(request, track, form, HTTPStatus.CONFLICT)
        messages.success(
            request, _("Förslaget är skickat till verksamhetschefen, och loggranskaren har fått veta det.")
        )
        return redirect("rule-change", made.pk)

    def track(self, request: HttpRequest, **kwargs: str) -> Track:
        raise NotImplementedError

    def form(self, data: Any, track: Track, now: datetime, typed: QueryDict | None = None) -> Any:
        """`typed`: what the form will begin with, unsent and unchecked."""
        raise NotImplementedError

    def content(self, form: Any) -> object:
        """What the effects depend on."""
        raise NotImplementedError

    def effects(self, form: Any, track: Track, now: datetime) -> dict[str, Any]:
        raise NotImplementedError

    def act(self, request: HttpRequest, track: Track, data: dict[str, Any]) -> RuleChange:
        raise NotImplementedError

    def field(self, form: Any, path: str) -> str | None:
        return path if path in form.fields else None

    def _show(
        self,
        request: HttpRequest,
        track: Track,
        form: Any,
        status: HTTPStatus = HTTPStatus.OK,
        effects: dict[str, Any] | None = None,
    ) -> HttpResponse:
        now = clock.now()
        held = Rulebook.read().rule(track.kind, track.report_kind, now)
        waits = RuleChange.objects.filter(
            what=self.what, kind=track.kind, report_kind=track.report_kind, state=RuleChange.State.WAITING
        )
        context = {
            "form": form,
            "title": self.title,
            "track": track,
            "now": now,
            "held": (wording.rule(held), wording.ground(held)) if held else None,
            "waits": waits.first(),
            "effects": effects,
            **(effects or {}),
        }
        return render(request, self.template_name, context, status=status)


class ProposeRule(_ProposePage):
    template_name = "workflows/rules/rule_new.html"
    title = gettext_lazy("Föreslå en ny regel")
    what = RuleChange.What.RULE

    def track(self, request: HttpRequest, **kwargs: str) -> Track:
        wanted = (kwargs["kind"], kwargs.get("report_kind", ""))
        found = next((one for one in TRACKS if (one.kind.value, one.report_kind) == wanted), None)
        if found is None or found.is_named:
            raise unseen(request.user, "rules.new")
        return found

    def form(self, data: Any, track: Track, now: datetime, typed: QueryDict | None = None) -> RuleForm:
        held = Rulebook.read().rule(track.kind, track.report_kind, now)
        initial = {"amount": held.amount, "length": held.length} if held else {"enabled": False}
        return RuleForm(data, track=track, now=now, initial=initial)

    def content(self, form: RuleForm) -> dict[str, Any]:
        return {name: form.cleaned_data[name] for name in ("length", "amount", "enabled")}

    def effects(self, form: RuleForm, track: Track, now: datetime) -> dict[str, Any]:
        return effects_of_rule(track, self.content(form), now)

    def act(self, request: HttpRequest, track: Track, data: dict[str, Any]) -> RuleChange:
        names = ("length", "amount", "enabled", "ground", "reason", "valid_from")
        return verbs.propose_rule(request.user, track, **{name: data[name] for name in names})


class ProposeLadder(_ProposePage):
    template_name = "workflows/rules/ladder_new.html"
    title = gettext_lazy("Föreslå en ny trappa")
    what = RuleChange.What.LADDER

    def track(self, request: HttpRequest, **kwargs: str) -> Track:
        if kwargs["kind"] not in Kind.values:
            raise unseen(request.user, "ladders.new")
        return Track(Kind(kwargs["kind"]), "")

    def form(self, data: Any, track: Track, now: datetime, typed: QueryDict | None = None) -> LadderForm:
        book = Rulebook.read()
        present = verbs.present_ladder(book, track.kind, now)
        rules = verbs.rules_of(book, track.kind, now)
        return LadderForm(data, kind=track.kind, rules=rules, present=present, typed=typed)

    def content(self, form: LadderForm) -> list[dict[str, Any]]:
        return [rung.as_json() for rung in form.cleaned_data["rungs"]]

    def effects(self, form: LadderForm, track: Track, now: datetime) -> dict[str, Any]:
        return effects_of_ladder(form.cleaned_data["rungs"], track.kind, Rulebook.read(), now)

    def act(self, request: HttpRequest, track: Track, data: dict[str, Any]) -> RuleChange:
        names = ("rungs", "ground", "reason", "valid_from")
        return verbs.propose_ladder(request.user, track.kind, **{name: data[name] for name in names})

    def field(self, form: LadderForm, path: str) -> str | None:
        return form.field_of(path)


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
