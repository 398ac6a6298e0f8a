"""Rules and ladders as they hold, held and will hold, and one proposed change with what it would do."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from riskzon import clock, drafts
from riskzon.doors import unseen
from riskzon.errors import Conflict, Invalid
from riskzon.matrix import Place, has
from workflows.foresight import Foresight, foresee
from workflows.forms.rules import AnswerForm
from workflows.ladder_words import condition, when, who
from workflows.lawful import TRACKS, RungSpec, Track, length_words
from workflows.models import Kind, RuleChange
from workflows.reach import Hole, holes
from workflows.rules import Rulebook
from workflows.verbs import rules as verbs
from workflows.views import wording
from workflows.views.gates import only_in

_CHANGES = 50
#: So many holes are named; the rest are counted.
_HOLES = 20
_COLORS = {"waiting": "warning", "confirmed": "success", "refused": "danger", "withdrawn": "neutral"}


@only_in(Place.RULES)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every rule and ladder: the version that holds, those before and ahead, and who proposed and confirmed each."""
    now, book = clock.now(), Rulebook.read()
    found = list(RuleChange.objects.select_related("proposed_by", "answered_by"))
    confirmed = {(one.what, one.kind, one.report_kind, one.version): one for one in found if one.version}
    waiting = [one for one in found if one.state == RuleChange.State.WAITING]
    context = {
        "now": now,
        "waiting": [change_line(one) for one in waiting],
        "changes": [change_line(one) for one in found if one.state != RuleChange.State.WAITING][:_CHANGES],
        "rules": [_rule_row(track, book, confirmed, now) for track in TRACKS],
        "ladders": [_ladder_row(kind, book, confirmed, now) for kind in Kind],
        "proposes": has(request.user, Place.RULES_PROPOSE),
    }
    return render(request, "workflows/rules/overview.html", context)


@only_in(Place.RULES)
@require_safe
def change(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """One proposed change: what is new, what it would do, and for the head of department the answer."""
    return _show(request, _found(request, change_id), AnswerForm())


@only_in(Place.RULES_ANSWER)
@require_POST
def confirm(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """Let the proposed version hold."""
    try:
        verbs.confirm(request.user, change_id)
    except Conflict as late:
        messages.error(request, late.message)
    except Invalid as wrong:
        messages.error(request, " ".join(message for _field, message in wrong.errors))
    else:
        messages.success(request, _("Förslaget är bekräftat. Administratören och loggranskaren har fått veta det."))
    return redirect("rule-change", change_id)


@only_in(Place.RULES_ANSWER)
@require_http_methods(["POST"])
def refuse(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """Say no to the proposed version, and why."""
    form = AnswerForm(request.POST)
    one = _found(request, change_id)
    if not form.is_valid():
        return _show(request, one, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        verbs.refuse(request.user, change_id, answer=form.cleaned_data["answer"])
    except Conflict as late:
        messages.error(request, late.message)
    else:
        messages.success(request, _("Förslaget är avslaget. Inget ändras."))
    return redirect("rule-change", change_id)


@only_in(Place.RULES_PROPOSE)
@require_POST
def withdraw(request: HttpRequest, change_id: UUID) -> HttpResponse:
    """Take back an own proposal that nobody has answered."""
    try:
        verbs.withdraw(request.user, change_id)
    except Conflict as late:
        messages.error(request, late.message)
    else:
        messages.success(request, _("Förslaget är tillbakadraget. Inget ändras."))
    return redirect("rule-change", change_id)


def effects_of_rule(track: Track, content: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What the page says would differ by this rule."""
    found: Foresight = foresee(track, now=now, **content)
    return {"foresight": found, "is_off": not content["enabled"]}


def effects_of_ladder(rungs: Sequence[RungSpec], kind: Kind, book: Rulebook, now: datetime) -> dict[str, Any]:
    """What the page says of a ladder: each rung and what is new in it, what falls away, and the holes in its reach."""
    present = verbs.present_ladder(book, kind, now)
    found = holes(kind, rungs, present, now)
    return {
        "rungs": rung_lines(rungs, present),
        "gone": rung_lines([rung for rung in present if rung.key not in {one.key for one in rungs}]),
        "holes": [_hole_line(hole) for hole in found[:_HOLES]],
        "more_holes": max(len(found) - _HOLES, 0),
        "blocked": any(hole.is_new and hole.is_at_limit for hole in found),
        "has_old": any(not hole.is_new for hole in found),
    }


def rung_lines(rungs: Iterable[RungSpec], present: Sequence[RungSpec] | None = None) -> list[dict[str, str]]:
    """Each rung in words, in the order in which they come; beside a present ladder also what is new in it."""
    before = {rung.key: rung for rung in present or ()}
    return [
        {
            "when": when(rung),
            "who": who(rung),
            "condition": condition(rung),
            "news": "" if present is None else _news(rung, before.get(rung.key)),
        }
        for rung in sorted(rungs, key=_place)
    ]


def change_line(one: RuleChange) -> dict[str, Any]:
    """One proposed change as lists name it."""
    return {
        "row": one,
        "what": one.get_what_display(),
        "title": Track(Kind(one.kind), one.report_kind).label,
        "state": one.get_state_display(),
        "color": _COLORS[one.state],
        "now": _content_words(one),
    }


def _show(request: HttpRequest, one: RuleChange, form: AnswerForm, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    now, book = clock.now(), Rulebook.read()
    track, waits = Track(Kind(one.kind), one.report_kind), one.state == RuleChange.State.WAITING
    context: dict[str, Any] = {
        **change_line(one),
        "now": now,
        "form": form,
        "content": _content_words(one),
        "answers": waits and has(request.user, Place.RULES_ANSWER),
        "withdraws": waits and request.user.pk == one.proposed_by_id,
    }
    if context["answers"]:
        drafts.begin(request, form)
    if one.what == RuleChange.What.RULE:
        held = book.rule(track.kind, track.report_kind, now)
        context["held"] = wording.rule(held) if held else _("avstängd")
        context |= effects_of_rule(track, one.content, now) if waits else {}
    elif waits:
        context |= effects_of_ladder(verbs.rungs_of(one), track.kind, book, now)
    else:
        context["rungs"] = rung_lines(verbs.rungs_of(one))
    return render(request, "workflows/rules/change.html", context, status=status)


def _found(request: HttpRequest, change_id: UUID) -> RuleChange:
    one = RuleChange.objects.select_related("proposed_by", "answered_by").filter(pk=change_id).first()
    if one is None:
        raise unseen(request.user, "rules.change")
    return one


def _rule_row(track: Track, book: Rulebook, confirmed: dict[Any, RuleChange], now: datetime) -> dict[str, Any]:
    versions = [rule for rule in book.rules if (rule.kind, rule.report_kind) == (track.kind.value, track.report_kind)]
    lines = [
        {
            "rule": rule,
            "words": wording.rule(rule) if rule.enabled else _("avstängd"),
            "ground": wording.ground(rule),
            "by": confirmed.get((RuleChange.What.RULE, rule.kind, rule.report_kind, rule.version)),
        }
        for rule in sorted(versions, key=lambda rule: (rule.valid_from, rule.version))
    ]
    past = [line for line in lines if line["rule"].valid_from <= now]
    return {
        "track": track,
        "now": past[-1] if past else None,
        "before": past[-2::-1],
        "ahead": [line for line in lines if line["rule"].valid_from > now],
    }


def _ladder_row(kind: Kind, book: Rulebook, confirmed: dict[Any, RuleChange], now: datetime) -> dict[str, Any]:
    versions = sorted({(rung.valid_from, rung.version) for rung in book.rungs.get(kind, ())})
    lines = [
        {
            "since": since,
            "version": version,
            "rungs": rung_lines(RungSpec.of(rung) for rung in book.rungs[kind] if rung.version == version),
            "by": confirmed.get((RuleChange.What.LADDER, kind, "", version)),
        }
        for since, version in versions
    ]
    past = [line for line in lines if line["since"] <= now]
    return {
        "kind": kind,
        "now": past[-1] if past else None,
        "before": past[-2::-1],
        "ahead": [line for line in lines if line["since"] > now],
    }


def _content_words(one: RuleChange) -> str:
    """What a rule would be: `12 timmar`, or that it is switched off; of a ladder how many steps it has."""
    if one.what == RuleChange.What.LADDER:
        return _("%(n)s steg") % {"n": len(one.content["rungs"])}
    return length_words(one.content["length"], one.content["amount"]) if one.content["enabled"] else _("avstängd")


def _hole_line(hole: Hole) -> dict[str, Any]:
    return {"hole": hole, "when": when(hole.rung), "who": who(hole.rung)}


def _news(rung: RungSpec, before: RungSpec | None) -> str:
    if before is None:
        return _("nytt")
    return "" if before == rung else _("ändrat")


def _place(rung: RungSpec) -> tuple[int, int]:
    """From the registration, up to the limit and past it, each day last."""
    return {"start": 0, "due": 1, "daily": 2}[rung.anchor], rung.seconds
