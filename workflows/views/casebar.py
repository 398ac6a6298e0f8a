"""What stands on top of every page of one case: who it is about, what must not be missed, and the next step?"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from riskzon.access import Action
from riskzon.emergency import may_review, may_vouch
from riskzon.identity import format_identity
from riskzon.models import Case, Child, Disposition, EmergencyAccess, EndProposal, Hold, ProtectedIdentity
from riskzon.timewords import age_on, clocktime, short_moment
from riskzon.ui import Action as Button
from riskzon.ui import Identity, Tab, Tag
from riskzon.veil import is_protected
from workflows.casefile import CaseFile
from workflows.models import Breach, Deadline, Kind
from workflows.nextstep import NextStep, by_limit, next_step
from workflows.timeline import guardian_name

#: (url name, label) of the pages of one case.
PAGES = (
    ("case", gettext_noop("Översikt")),
    ("case-timeline", gettext_noop("Tidslinje")),
    ("case-deadlines", gettext_noop("Frister")),
    ("case-documents", gettext_noop("Handlingar")),
    ("investigation", gettext_noop("Utredning")),
    ("case-process", gettext_noop("Ärendets gång")),
    ("case-log", gettext_noop("Åtkomstlogg")),
)


@dataclass(frozen=True)
class Caution:
    """One thing on top of the case that must not be missed."""

    icon: str
    title: str
    text: str = ""
    is_soon: bool = False
    url: str = ""
    link: str = ""


def child_name(child: Child) -> str:
    """The name, or what is known of a child without one."""
    if child.name:
        return child.name
    if child.is_veiled:
        return _("Barn med skyddade personuppgifter")
    if child.approximate_age is not None:
        return _("Okänt barn, ungefär %(age)s år") % {"age": child.approximate_age}
    return _("Okänt barn")


def listed_name(child: Child) -> str:
    """The name where a child stands in a list or beside another; "" for a protected identity, which is a number alone there."""
    return child_name(child) if child.protected_identity == ProtectedIdentity.NONE else ""


def demanded(file: CaseFile) -> list[Deadline]:
    """The case's own outstanding deadlines, the earliest first; the review of a breach is the supervisor's."""
    rows = [row for row in file.deadlines if row.settled_at is None and row.kind != Kind.BREACH_REVIEW]
    return sorted(rows, key=by_limit)


def step_of(file: CaseFile) -> NextStep:
    """The next step of an opened case."""
    waiting = {task.flow_task.name for task in file.steps}
    return next_step(file.case, waiting, demanded(file), {todo.what for todo in file.todos}, file.now)


def identity(file: CaseFile, step: NextStep) -> Identity:
    case, child = file.case, file.case.child
    clocks = demanded(file)
    facts = [_("Handläggare %(who)s") % {"who": case.assignee} if case.assignee else _("Ej tilldelat")]
    return Identity(
        name=child_name(child),
        case_number=case.number,
        identity_number=format_identity(child.identity_number) if child.identity_number else _born(child),
        age=None if child.is_veiled else age_on(child.birth_date, file.now),
        kind=str(case.report.get_kind_display()),
        protected=child.protected_identity,
        deadline=clocks[0] if clocks else None,
        tags=tags(case),
        facts=facts,
        actions=_buttons(file, step),
    )


def tags(case: Case) -> list[Tag]:
    """How far the case has come, in one or two words."""
    if case.closed_at:
        return [Tag(_("Avslutat"), "success", "check")]
    found = []
    if case.disposition in (Disposition.OPENED, Disposition.LINKED):
        found.append(Tag(_("Utredning inledd") if case.disposition == "opened" else _("Hör till utredning"), "info"))
    elif case.disposition:
        found.append(Tag(str(case.get_disposition_display()), "warning"))
    elif case.assessed_at is None:
        found.append(Tag(_("Ny"), "info"))
    if case.guardian_reached_at is None and case.guardian_contact_open and case.assessed_at is not None:
        found.append(Tag(_("Kontakt pågår")))
    return found or [Tag(_("Skyddsbedömt"))]


def _buttons(file: CaseFile, step: NextStep) -> list[Button]:
    case, rights = file.case, file.case.rights
    buttons = []
    if step.may(rights):
        buttons.append(Button(str(step.button), step_url(case, step), step.icon, "primary"))
    if file.from_duty and Action.ASSIGN in rights:
        url = reverse("case-take-over", args=[case.pk])
        buttons.append(Button(_("Ta över"), url, "user-check", "secondary", "post"))
    elif case.assignee_id is None and case.is_open and Action.ASSIGN in rights:
        buttons.append(Button(_("Ta ärendet"), reverse("case-take", args=[case.pk]), "user-check", "secondary", "post"))
    return buttons


def warnings(file: CaseFile) -> list[Caution]:
    """Acute risk, protected identity, holds, and limits that have passed: in this order."""
    case, child = file.case, file.case.child
    found = []
    if case.report.acute_risk and case.is_open:
        found.append(
            Caution(
                "siren",
                _("Akut risk"),
                _("Anmälaren har angett att barnet kan vara i akut fara. Anmäld %(when)s.")
                % {"when": short_moment(case.report.notified_at, file.now)},
            )
        )
    if child.protected_identity != ProtectedIdentity.NONE:
        found.append(_protected(file))
    if any(is_protected(sibling.child) for sibling in file.history.siblings):
        text = _("Se över om det här barnet och den trygga vårdnadshavaren också behöver skydd.")
        found.append(Caution("shield-alert", _("Ett syskon har skyddade personuppgifter"), text, is_soon=True))
    if (end := file.waiting_end or file.end) is not None:
        found.append(_end(end, file))
    if file.from_duty:
        found.append(_from_duty(file))
    if Action.VOUCH in case.rights:
        found += [_emergency(row, file) for row in file.emergencies]
    found += [_hold(hold, file) for hold in file.holds]
    found += _passed(file)
    return found


def _protected(file: CaseFile) -> Caution:
    """What the level is, that it is hidden or until when it is shown, and whom the flag asks about besides (domain 3.7)."""
    case = file.case
    text = _("Lämna inte ut adress, telefon, skola eller var barnet är. Prata inte om barnet så att andra hör.")
    if case.is_open:
        text += " " + _("Se över om syskonen och den trygga vårdnadshavaren också behöver skydd.")
    if case.revealed_until is not None:
        text += " " + _("Uppgifterna visas för dig till %(at)s.") % {"at": clocktime(case.revealed_until)}
        url = link = ""
    else:
        url, link = reverse("case-reveal", args=[case.pk]), _("Visa uppgifterna")
    return Caution("shield-alert", str(case.child.get_protected_identity_display()), text, url=url, link=link)


def _emergency(row: EmergencyAccess, file: CaseFile) -> Caution:
    """A colleague has broken in, or waits for somebody to vouch for it: seen by all who have the case."""
    facts = {"who": row.user, "when": short_moment(row.asked_at, file.now)}
    if row.opened_at is None:
        text = _("%(who)s behöver läsa ärendet, sedan %(when)s. En andra person behöver bekräfta.") % facts
    else:
        text = _("%(who)s öppnade ärendet %(when)s. Det är inte granskat än.") % facts
    answers = may_vouch(file.reader, row, file.now) or may_review(file.reader, row, file.now)
    url = reverse("emergency-access", args=[row.pk]) if answers else ""
    return Caution("siren", _("Nödåtkomst"), text, is_soon=True, url=url, link=_("Ta ställning") if url else "")


def _from_duty(file: CaseFile) -> Caution:
    if Action.ASSIGN in file.case.rights:
        text = _("Jouren har haft ärendet i natt och ser det tills någon i enheten tar över.")
    else:
        text = _("Enheten har öppnat men inte tagit över än. Jouren har ärendet tills dess.")
    return Caution("sunrise", _("Från jouren"), text, is_soon=True)


def _end(end: EndProposal, file: CaseFile) -> Caution:
    title = str(end.get_disposition_display())
    facts = {
        "who": end.proposed_by,
        "when": short_moment(end.proposed_at, file.now),
        "number": end.points_to.number if end.points_to else "",
    }
    if end.is_waiting and end.disposition == Disposition.VOID:
        text = _("Föreslaget av %(who)s %(when)s. Kontakta ingen förrän en annan person har bekräftat eller avslagit.")
    elif end.is_waiting:
        text = _("Föreslaget av %(who)s %(when)s. Fristerna går här tills mottagandet är registrerat.")
    elif end.points_to:
        text = _("Ärende %(number)s gäller i stället.")
    else:
        text = _("Ärendet är avslutat.")
    url = reverse("case-end", args=[file.case.pk])
    return Caution("archive", title, text % facts, is_soon=True, url=url, link=_("Visa avslutet"))


def _hold(hold: Hold, file: CaseFile) -> Caution:
    url = reverse("holds", args=[file.case.pk])
    whom = guardian_name(file, hold.guardian) if hold.guardian else _("alla vårdnadshavare")
    if hold.provisional:
        return Caution(
            "hand",
            _("Avvakta kontakt med alla vårdnadshavare"),
            _("Anmälaren begär det till %(until)s: %(code)s. Fristerna går tills socialtjänsten har beslutat.")
            % {"until": short_moment(hold.until, file.now), "code": hold.get_code_display()},
            url=url,
            link=_("Ta ställning") if Action.DECIDE_HOLD in file.case.rights else _("Läs mer"),
        )
    facts = {
        "who": hold.decided_by,
        "when": short_moment(hold.decided_at, file.now),
        "until": short_moment(hold.until, file.now),
    }
    if hold.until < file.now:
        text = _(
            "Omprövningen skulle ha gjorts %(until)s. Kontakten ska avvaktas tills någon har beslutat. "
            "Beslutat av %(who)s %(when)s."
        )
    else:
        text = _("Ring inte och skriv inte. Beslutat av %(who)s %(when)s, omprövas senast %(until)s.")
    title = _("Avvakta kontakt med %(whom)s") % {"whom": whom}
    if hold.needs_confirmation and hold.confirmed_at is None:
        text += " " + _("Väntar på enhetschefens bekräftelse.")
    return Caution("hand", title, text % facts, url=url, link=_("Visa beslutet"))


def _passed(file: CaseFile) -> list[Caution]:
    still = {row.pk for row in file.deadlines if row.settled_at is None}
    # Two holds that were decided together pass their limits together: one line says both.
    alike: dict[tuple, list[Breach]] = defaultdict(list)
    for breach in file.breaches:
        if breach.reviewed_at is None:
            alike[breach.kind, breach.due_at, breach.deadline_id in still].append(breach)
    found = []
    for breach, *more in alike.values():
        text = _("Fristen gick ut %(when)s.") % {"when": short_moment(breach.due_at, file.now)}
        if breach.deadline_id in file.replaced:
            text += " " + _("Tiden är rättad sedan dess, men överskridandet står kvar.")
        else:
            text += " " + (
                _("Det som skulle göras är inte gjort än.") if breach.deadline_id in still else _("Nu är det gjort.")
            )
        text += " " + _("Väntar på enhetschefens granskning.")
        may_review = Action.REVIEW in file.case.rights
        url = address("breach-review", breach.pk) if may_review else ""
        title = _("Överskriden: %(what)s") % {"what": Kind(breach.kind).label}
        title += f" ({len(more) + 1})" if more else ""
        found.append(Caution("alarm-clock", title, text, url=url, link=_("Granska") if url else ""))
    return found


def tabs(file: CaseFile, here: str) -> list[Tab]:
    counts = {"case-deadlines": len(demanded(file))}
    return [
        Tab(_(label), reverse(name, args=[file.case.pk]), counts.get(name), name == here)
        for name, label in PAGES
        if (name != "case-log" or Action.SEE_LOG in file.case.rights)
        and (name != "investigation" or file.case.disposition == Disposition.OPENED)
    ]


def step_url(case: Case, step: NextStep) -> str:
    """Where the step is done."""
    path = reverse(step.url_name, args=[case.pk])
    return f"{path}#{step.fragment}" if step.fragment else path


_IN_A_CLOSED_CASE = frozenset(
    {
        Action.NOTE,
        Action.SUPPLEMENT,
        Action.CORRECT,
        Action.SEE_LOG,
        Action.DECLARE,
        Action.BLOCK,
        Action.DISCLOSE,
    }
)


def usable_rights(case: Case) -> frozenset[Action]:
    """What there is a button for: in a closed case only what can still be added."""
    return case.rights if case.is_open else case.rights & _IN_A_CLOSED_CASE


def may_now(file: CaseFile, action: Action) -> bool:
    """Whether the reader may, and it would be taken: while an end is proposed nothing else is decided, and while the child
    may be the wrong one nobody is contacted."""
    if action not in file.case.rights:
        return False
    if action == Action.CONTACT:
        return not file.hides_guardians
    return action != Action.DISPOSE or file.waiting_end is None


def _for_others(file: CaseFile, step: NextStep) -> str:
    """Who takes the next step when the reader may not."""
    if not step.url_name or step.may(file.case.rights) or Action.NOTE not in file.case.rights:
        return ""
    if step.action == Action.DECIDE_HOLD:
        return _("Görs av enhetschefen, eller av jouren när enheten är stängd.")
    return _("Görs av enheten när den öppnar.")


def address(name: str, *args: Any) -> str:
    """The path of a page that another part of the product has, or "" where that part is not there."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def bar(file: CaseFile, here: str) -> dict[str, Any]:
    """The context of everything above the content."""
    step = step_of(file)
    return {
        "file": file,
        "case": file.case,
        "now": file.now,
        "identity": identity(file, step),
        "warnings": warnings(file),
        "step": step,
        "step_url": step_url(file.case, step) if step.may(file.case.rights) else "",
        "step_note": _for_others(file, step),
        "tabs": tabs(file, here),
        "rights": {action.value: True for action in usable_rights(file.case)},
    }


def _born(child: Child) -> str:
    return child.birth_date.isoformat() if child.birth_date and not child.is_veiled else ""
