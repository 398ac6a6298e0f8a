"""What stands on the whole intake page, however many children and guardians it has, and what becomes of it?

The page is one form. Children and guardians are added and taken away by posting it: everything typed comes back, and
nothing is checked until somebody registers. So it needs no script, and no step on the way can lose a word.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.translation import gettext as _

from riskzon.errors import Invalid
from riskzon.forms import MomentWidget
from riskzon.models import ReportKind, Role, User
from workflows.forms.intake_child import CHILD_FORMS, ChildForm, SeenChildForm
from workflows.forms.intake_event import EventForm
from workflows.forms.intake_guardian import GuardianForm
from workflows.forms.intake_kinds import ArrestForm, ConcernForm, LobForm, PartnerForm
from workflows.incoming import MOST_CHILDREN, MOST_GUARDIANS

EVENT_FORMS: dict[str, type[EventForm]] = {
    ReportKind.ARREST: ArrestForm,
    ReportKind.LOB_CUSTODY: LobForm,
    ReportKind.CONCERN: ConcernForm,
}
_EVENT_FIELDS = {
    "reporter.type": "reporter_type",
    "reporter.name": "reporter_name",
    "reporter.organisation": "reporter_organisation",
    "reporter.anonymous": "reporter_anonymous",
    "reporter.wants_feedback": "wants_feedback",
    "contact_caution.code": "caution_code",
    "contact_caution.note": "caution_note",
    "contact_caution.until": "caution_until",
}
_OF_CHILD = re.compile(r"children\.(\d+)(?:\.guardians\.(\d+))?(?:\.(\w+))?")


@dataclass
class GuardianPart:
    """One adult's part of the page. `is_new`: just added, so it takes the focus."""

    key: int
    form: GuardianForm
    is_new: bool = False


@dataclass
class ChildPart:
    """One child's part of the page; `known` is what a look-up found, and None before anybody asked."""

    key: int
    form: ChildForm
    guardians: list[GuardianPart] = field(default_factory=list)
    known: Any = None
    known_error: str = ""
    is_new: bool = False

    @property
    def named(self) -> list[GuardianPart]:
        """The adults who are somebody; only after the check."""
        return [part for part in self.guardians if part.form.is_bound and part.form.is_named]

    @property
    def may_add_guardian(self) -> bool:
        return len(self.guardians) < MOST_GUARDIANS


class Sheet:
    """The whole page."""

    def __init__(
        self, user: User, kind: ReportKind, now: datetime, event: EventForm, children: list[ChildPart]
    ) -> None:
        self.user, self.kind, self.now = user, kind, now
        self.event, self.children = event, children

    @classmethod
    def blank(cls, user: User, kind: ReportKind, now: datetime, kept: Mapping[str, Any] | None = None) -> "Sheet":
        """An empty page, or with what is kept of the event for its next person (`event`, `child`)."""
        kept = kept or {}
        event = cls._event_form(user, kind)(user=user, now=now, initial=kept.get("event"))
        sheet = cls(user, kind, now, event, [])
        sheet.add_child(initial=kept.get("child"))
        sheet.children[0].is_new = False
        return sheet

    @classmethod
    def posted(cls, user: User, kind: ReportKind, now: datetime, data: QueryDict) -> "Sheet":
        """The page as it was sent."""
        event = cls._event_form(user, kind)(data, user=user, now=now)
        sheet = cls(user, kind, now, event, [])
        for key in _keys(data.getlist("child"), MOST_CHILDREN) or [0]:
            form = sheet._child_form(key, data)
            named = [] if sheet.is_partner else _keys(data.getlist(f"child-{key}-guardian"), MOST_GUARDIANS)
            guardians = [GuardianPart(one, sheet._guardian_form(key, one, data)) for one in named]
            sheet.children.append(ChildPart(key, form, guardians))
        sheet._renumber()
        return sheet

    @staticmethod
    def _event_form(user: User, kind: ReportKind) -> type[EventForm]:
        return PartnerForm if user.role == Role.PARTNER else EVENT_FORMS[kind]

    @property
    def is_partner(self) -> bool:
        return self.user.role == Role.PARTNER

    @property
    def may_add_child(self) -> bool:
        return len(self.children) < MOST_CHILDREN

    @property
    def all_forms(self) -> Iterator[forms.Form]:
        yield self.event
        for part in self.children:
            yield part.form
            yield from (guardian.form for guardian in part.guardians)

    def add_child(self, initial: Mapping[str, Any] | None = None) -> None:
        """One more child, who is where the last one is."""
        if not self.may_add_child:
            return
        if initial is None and self.children and "whereabouts" in self.children[-1].form.fields:
            initial = {"whereabouts": self.children[-1].form["whereabouts"].value()}
        key = max((part.key for part in self.children), default=-1) + 1
        part = ChildPart(key, self._child_form(key, None, initial), is_new=True)
        self.children.append(part)
        if not self.is_partner:
            self.add_guardian(key)
            part.guardians[0].is_new = False
        self._renumber()

    def remove_child(self, key: int) -> None:
        """Take one child away; the last one stays."""
        if len(self.children) > 1:
            self.children = [part for part in self.children if part.key != key]
        self._renumber()

    def add_guardian(self, child_key: int) -> None:
        part = self._child(child_key)
        if part is None or not part.may_add_guardian or self.is_partner:
            return
        key = max((guardian.key for guardian in part.guardians), default=-1) + 1
        part.guardians.append(GuardianPart(key, self._guardian_form(child_key, key, None), is_new=True))
        self._renumber()

    def remove_guardian(self, child_key: int, key: int) -> None:
        part = self._child(child_key)
        if part is not None:
            part.guardians = [guardian for guardian in part.guardians if guardian.key != key]
        self._renumber()

    def obey(self, do: str) -> bool:
        """Do what a button other than Register asks; False if this is no such button."""
        verb, *keys = do.rsplit(":")
        numbers = [int(key) for key in keys if key.isdigit()]
        match verb, numbers:
            case "add-child", []:
                self.add_child()
            case "remove-child", [child]:
                self.remove_child(child)
            case "add-guardian", [child]:
                self.add_guardian(child)
            case "remove-guardian", [child, guardian]:
                self.remove_guardian(child, guardian)
            case _:
                return False
        self.hush()
        return True

    def hush(self) -> None:
        """Show what was typed without a word about what is wrong with it; the question of the autumn night stays."""
        for form in self.all_forms:
            if form.is_bound:
                form.full_clean()
                form._errors = ErrorDict()
                for bound in form:
                    if isinstance(bound.field.widget, MomentWidget):
                        bound.field.widget.wrong_part = ""

    def is_valid(self) -> bool:
        return all(form.is_valid() for form in self.all_forms if form.is_bound)

    def payload(self) -> dict[str, Any]:
        """What `workflows.verbs.intake.register_report` takes; only of a valid page."""
        children = []
        for part in self.children:
            child = part.form.payload()
            child["guardians"] = [guardian.form.payload() for guardian in part.named]
            children.append(child)
        return {**self.event.payload(), "children": children}

    def refuse(self, problem: Invalid) -> None:
        """Put what the verb found wrong at the fields it is about."""
        for path, message in problem.errors:
            form, name = self._place_of(path)
            form.add_error(name if name in form.fields else None, message)

    @property
    def error_lines(self) -> list[tuple[str, str]]:
        """The id of each wrong control, and its field and fault in words."""
        return [line for form in self.all_forms if form.is_bound for line in _lines(form, self._whose(form))]

    def _place_of(self, path: str) -> tuple[forms.Form, str | None]:
        match = _OF_CHILD.fullmatch(path)
        if match is None or int(match[1]) >= len(self.children):
            return self.event, _EVENT_FIELDS.get(path, path)
        part = self.children[int(match[1])]
        if match[2] is not None and int(match[2]) < len(part.named):
            return part.named[int(match[2])].form, match[3]
        return part.form, match[3]

    def _whose(self, form: forms.Form) -> str:
        if not isinstance(form, ChildForm | GuardianForm):
            return ""
        place = next(
            part.form.place for part in self.children if form in (part.form, *(g.form for g in part.guardians))
        )
        whose = [_("barn %(place)s") % {"place": place}] if len(self.children) > 1 else []
        if isinstance(form, GuardianForm):
            whose.append(_("vårdnadshavare %(place)s") % {"place": form.place})
        return ", ".join(whose)

    def _child(self, key: int) -> ChildPart | None:
        return next((part for part in self.children if part.key == key), None)

    def _child_form(self, key: int, data: QueryDict | None, initial: Mapping[str, Any] | None = None) -> ChildForm:
        made = SeenChildForm if self.is_partner else CHILD_FORMS[self.kind]
        return made(data, prefix=f"child-{key}", now=self.now, initial=initial)

    def _guardian_form(self, child_key: int, key: int, data: QueryDict | None) -> GuardianForm:
        return GuardianForm(data, prefix=f"child-{child_key}-guardian-{key}", now=self.now)

    def _renumber(self) -> None:
        for place, part in enumerate(self.children, start=1):
            part.form.place = place
            for guardian_place, guardian in enumerate(part.guardians, start=1):
                guardian.form.place = guardian_place


def _keys(texts: Iterable[str], most: int) -> list[int]:
    """The keys that a page may have named, each once, as they stand."""
    keys = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= 3]
    return list(dict.fromkeys(keys))[:most]


def _lines(form: forms.Form, whose: str) -> list[tuple[str, str]]:
    lines = [("", str(message)) for message in form.non_field_errors()]
    for bound in form:
        for message in bound.errors:
            label = str(bound.label).rstrip("?")
            if bound.name == "confirm_times":
                lines.append((bound.auto_id, str(message)))
            elif bound.is_hidden:
                lines.append(("", str(message)))
            else:
                lines.append((_control(bound), f"{label}, {whose}: {message}" if whose else f"{label}: {message}"))
    return lines


def _control(bound: forms.BoundField) -> str:
    """The id of the control that is wrong: of a moment, its date, its clock time or the question of the autumn night."""
    widget = bound.field.widget
    if isinstance(widget, MomentWidget):
        return f"{bound.auto_id}_{ {'clock': '1', 'fold': '2_0'}.get(widget.wrong_part, '0') }"
    return bound.auto_id
