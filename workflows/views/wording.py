"""With which words do the pages say the codes of rules, rungs and the access log?"""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from riskzon.access import Action, Ground
from riskzon.models import AuditAction, AuditEntry, Hold, Reveal, Role
from workflows.lawful import length_words
from workflows.models import Deadline, DeadlineEvent, DeadlineRule, Kind
from workflows.plan import PlanLine

GROUNDS = {
    Ground.LEAD: gettext_lazy("Leder enheten"),
    Ground.UNIT: gettext_lazy("Arbetar på enheten"),
    Ground.HANDLE: gettext_lazy("Egen behörighet till ärendet"),
    Ground.DUTY: gettext_lazy("Jour, tills enheten har tagit över"),
    Ground.NOTE: gettext_lazy("Egna anteckningar efter jouren"),
    Ground.READ: gettext_lazy("Egen läsbehörighet"),
    Ground.EMERGENCY: gettext_lazy("Nödåtkomst"),
    Ground.FOLLOW: gettext_lazy("Egen anmälan"),
    "registered": gettext_lazy("Registrerade anmälan"),
    "taken_over": gettext_lazy("Tog över från kollega"),
    "pointer": gettext_lazy("Hänvisning från ett avslutat ärende"),
}
#: Where several cases are shown at once no ground is written: what let them be seen.
_BESIDE = {
    AuditAction.LIST: gettext_lazy("Lista"),
    AuditAction.SEARCH: gettext_lazy("Sökning"),
    AuditAction.LOOKUP: gettext_lazy("Kontroll om barnet är känt"),
}
WHATS = {
    "case": gettext_lazy("Översikt"),
    "case.timeline": gettext_lazy("Tidslinje"),
    "case.deadlines": gettext_lazy("Frister"),
    "case.documents": gettext_lazy("Handlingar"),
    "case.process": gettext_lazy("Ärendets gång"),
    "case.log": gettext_lazy("Åtkomstlogg"),
    "contact": gettext_lazy("Kontakt med vårdnadshavare"),
    "assessment": gettext_lazy("Skyddsbedömning"),
    "disposition": gettext_lazy("Beslut om utredning"),
    "feedback": gettext_lazy("Återkoppling"),
    "feedback_request": gettext_lazy("Begäran om återkoppling"),
    "end": gettext_lazy("Annat avslut"),
    "end_propose": gettext_lazy("Föreslog avslut"),
    "end_confirm": gettext_lazy("Bekräfta avslut"),
    "end_refuse": gettext_lazy("Avslå avslut"),
    "end_inherit": gettext_lazy("Tidigare frister togs över"),
    "hold": gettext_lazy("Avvakta kontakt"),
    "hold_not_needed": gettext_lazy("Avvakta inte kontakt för syskonet"),
    "hold_confirm": gettext_lazy("Bekräfta avvakta kontakt"),
    "hold_renew": gettext_lazy("Förläng avvakta kontakt"),
    "hold_end": gettext_lazy("Avsluta avvakta kontakt"),
    "write_off": gettext_lazy("Sök inte vårdnadshavaren längre"),
    "inform_child": gettext_lazy("Barnet informerat"),
    "identify": gettext_lazy("Barnets uppgifter"),
    "guardian": gettext_lazy("Familj och företrädare"),
    "take": gettext_lazy("Tog ärendet"),
    "absence": gettext_lazy("Handläggaren är borta"),
    "orphaned": gettext_lazy("Ärendet var utan handläggare"),
    "take_over": gettext_lazy("Övertagande från jouren"),
    "assign": gettext_lazy("Tilldelning"),
    "hand_over": gettext_lazy("Överlämning"),
    "name_liaison": gettext_lazy("Socialsekreterare hos polisen"),
    "supplement": gettext_lazy("Tillägg till anmälan"),
    "times": gettext_lazy("Rättade tider"),
    "note": gettext_lazy("Anteckning"),
    "extracts": gettext_lazy("Utdrag"),
    "extract": gettext_lazy("Utdrag"),
    "extract_make": gettext_lazy("Utdrag"),
    "extract_decide": gettext_lazy("Beslut om utdrag"),
    "reveal": gettext_lazy("Skyddade personuppgifter"),
    "emergency": gettext_lazy("Öppnade eller begärde att öppna"),
    "emergency_confirm": gettext_lazy("Bekräftade som andra person"),
    "emergency_review": gettext_lazy("Granskade"),
    "report": gettext_lazy("Anmälan"),
    "review": gettext_lazy("Granskning av överskriden frist"),
    "breach": gettext_lazy("Fristen gick ut"),
    "take_over_report": gettext_lazy("Tog över anmälan från kollega"),
    "access": gettext_lazy("Vem kan se ärendet, och varför"),
    "who_may": gettext_lazy("Vem får vad"),
    "block": gettext_lazy("Jäv"),
    "block_end": gettext_lazy("Avslutade jäv"),
    "disclosures": gettext_lazy("Utlämnanden"),
    "disclose": gettext_lazy("Utlämnande"),
    "disclose_correct": gettext_lazy("Rättat utlämnande"),
    "as_liaison": gettext_lazy("Som samverkanspolisen ser det"),
    "worklist": gettext_lazy("Arbetslista"),
    "search": gettext_lazy("Sökning"),
    "known": gettext_lazy("Är barnet känt?"),
    "log_reviews": gettext_lazy("Loggkontroll"),
    "log_review": gettext_lazy("Loggkontroll"),
    "log_review_decide": gettext_lazy("Loggkontroll"),
    "log_review_block": gettext_lazy("Loggkontroll"),
    "received_disclosures": gettext_lazy("Utlämnat"),
    "emergency_access": gettext_lazy("Nödåtkomst"),
    "hold_refuse": gettext_lazy("Avslå avvakta kontakt"),
    "breach_review": gettext_lazy("Granskning av överskriden frist"),
    "breaches": gettext_lazy("Överskridna frister"),
    "came_of_age": gettext_lazy("Barnet har fyllt 18 år"),
    "investigation": gettext_lazy("Utredning"),
    "investigations": gettext_lazy("Utredningar"),
    "cases": gettext_lazy("Ärenden"),
    "deadlines": gettext_lazy("Frister"),
    "next_person": gettext_lazy("Nästa person i samma händelse"),
    "receipt": gettext_lazy("Kvitto"),
    "liaison_reports": gettext_lazy("Egna anmälningar"),
    "colleagues_reports": gettext_lazy("Kollegors anmälningar"),
    "worklist.status": gettext_lazy("Arbetslista"),
    "board": gettext_lazy("Enhetens läge"),
    "since": gettext_lazy("Sedan enheten stängde"),
    "waiting": gettext_lazy("Väntar på mig"),
    "statistics": gettext_lazy("Statistik"),
    "accounting": gettext_lazy("Redovisning"),
    "print": gettext_lazy("Utskrift"),
    "printed": gettext_lazy("Utskrift"),
    "pace": gettext_lazy("För många frågor på en minut"),
    "copy": gettext_lazy("Kopierad text"),
    "audit": gettext_lazy("Åtkomstlogg"),
    "deliveries": gettext_lazy("Utskick"),
    "inbox": gettext_lazy("Meddelanden"),
    "phone": gettext_lazy("Mobilnummer"),
    "roster": gettext_lazy("Jour"),
    "rules": gettext_lazy("Regler och trappor"),
    "ladders": gettext_lazy("Regler och trappor"),
    "account": gettext_lazy("Inloggning"),
    "login": gettext_lazy("Inloggning"),
    "login_code": gettext_lazy("Inloggning"),
    "logout": gettext_lazy("Inloggning"),
    "second_factor": gettext_lazy("Kod vid inloggning"),
    "password": gettext_lazy("Lösenord"),
    "session_ended": gettext_lazy("Öppna inloggningar"),
    "sessions": gettext_lazy("Öppna inloggningar"),
    "sign_on": gettext_lazy("Kommunens inloggning"),
    "token": gettext_lazy("Nycklar för andra system"),
    "roles": gettext_lazy("Roller"),
    "role_request": gettext_lazy("Roller"),
    "role_ask": gettext_lazy("Begärde en roll"),
    "role_confirm": gettext_lazy("Bekräftade en roll"),
    "role_refuse": gettext_lazy("Avslog en roll"),
    "account_new": gettext_lazy("Nytt konto"),
    "account_password": gettext_lazy("Tog bort ett lösenord"),
    "account_close": gettext_lazy("Avslutade ett konto"),
    # What a right is called where nobody has given the act a name of its own.
    Action.READ.value: gettext_lazy("Översikt"),
    Action.FOLLOW.value: gettext_lazy("Översikt"),
    Action.ASSESS.value: gettext_lazy("Skyddsbedömning"),
    Action.DECIDE_HOLD.value: gettext_lazy("Avvakta kontakt"),
    Action.DISPOSE.value: gettext_lazy("Beslut om utredning"),
    Action.DEVIATE.value: gettext_lazy("Avsteg från Strategi 5"),
    Action.FAMILY.value: gettext_lazy("Familj och företrädare"),
    Action.CORRECT.value: gettext_lazy("Rättade tider"),
    Action.SEE_LOG.value: gettext_lazy("Åtkomstlogg"),
    Action.DECLARE.value: gettext_lazy("Jäv"),
    Action.VOUCH.value: gettext_lazy("Bekräftade som andra person"),
}
#: One of a group is called as the group: each figure of the board, each form of the rules.
_GROUPS = ("board_", "roster.", "rules.", "ladders.", "account_", "investigation_")
_EXEMPT = {
    "EXEMPT_NO_GUARDIAN": gettext_lazy("Det finns ingen vårdnadshavare som kan agera"),
    "EXEMPT_TURNED_18": gettext_lazy("Barnet har fyllt 18 år"),
    "EXEMPT_OTHER_MUNICIPALITY": gettext_lazy("Överflyttad till annan kommun"),
    **dict(Hold.Code.choices),
}


#: The grounds of the rules that the product comes with, which are rows in the database.
_GROUNDS_OF_RULES = (gettext_noop("Kommunal rutin"), gettext_noop("Socialtjänstgaranti (Strategi 5)"))


def ground(row: DeadlineRule) -> str:
    """The legal ground of a rule; one that the municipality has written itself stands as it was written."""
    return _(row.ground) if row.ground in _GROUNDS_OF_RULES else row.ground


def rule(row: DeadlineRule) -> str:
    """`24 timmar`, `14 dagar`, `till angiven tid`."""
    return length_words(row.length, row.amount)


def starts_with(deadline: Deadline, report_kind: str) -> str:
    """What set the clock going."""
    if deadline.after_hold:
        return _("att kontakten inte längre avvaktas")
    if deadline.kind == Kind.GUARDIAN_CONTACT and report_kind == "arrest" and not deadline.provisional_start:
        return _("gripandet")
    return {
        Kind.GUARDIAN_CONTACT: _("att anmälan kom in"),
        Kind.PROTECTIVE_ASSESSMENT: _("att anmälan kom in"),
        Kind.OPEN_INVESTIGATION: _("att anmälan kom in"),
        Kind.REPORTER_FEEDBACK: _("beslutet, eller begäran om den kom senare"),
        Kind.INVESTIGATION: _("att utredningen inleddes"),
        Kind.HOLD_REVIEW: _("beslutet att avvakta"),
        Kind.BREACH_REVIEW: _("att fristen gick ut"),
        Kind.LUL_STATEMENT: _("begäran"),
    }[Kind(deadline.kind)]


def exempt(deadline: Deadline) -> str:
    """Why nothing is demanded any more; "" where something is or was."""
    return str(_EXEMPT.get(deadline.exempt_code, deadline.exempt_code))


def rung(step: str) -> str:
    """What one step of a ladder is."""
    if step == "breach":
        return _("Fristen går ut")
    if step == "registered":
        return _("Ärendet har kommit in")
    if step == "+1h-waiting" or step.endswith("-untaken"):
        return _("Ingen har tagit ärendet")
    if step.startswith("daily"):
        return _("Varje dag 08.00, tills det är gjort")
    return _("Påminnelse") if step.startswith("-") else _("Fortfarande inte gjort")


def plan_line(line: PlanLine) -> dict[str, object]:
    """One line of the plan "if nobody acts"."""
    return {"at": line.at, "what": rung(line.step), "kind": Kind(line.kind).label, "who": line.recipients}


def fired(event: DeadlineEvent) -> str:
    """One rung that has come: what, and how many were told."""
    if event.folded:
        return _("%(what)s: hade redan passerat vid registreringen") % {"what": rung(event.step)}
    told = ngettext("meddelat en person", "meddelat %(n)s personer", event.told) % {"n": event.told}
    return _("%(what)s: %(told)s") % {"what": rung(event.step), "told": told}


def what(code: str) -> str:
    """What the access log calls a page or an act; a call of another system says so."""
    if code.startswith("api."):
        return _("%(what)s, genom ett annat system") % {"what": what(code.removeprefix("api."))}
    group = next((name for name in _GROUPS if code.startswith(name)), "")
    return str(WHATS.get(code) or WHATS.get(group[:-1], code))


def seen(entry: AuditEntry, reasons: Mapping[str, str] | None = None, *, times: int = 1) -> dict[str, object]:
    """One line of the access log; `reasons`: the own words of those who had a protected identity shown, by key.

    `times` lists of one day are one line: which lists they were is not said then.
    """
    why = entry.detail.get("why") if entry.action == AuditAction.REVEAL else None
    said = (reasons or {}).get(str(entry.detail.get("reveal", "")), "")
    often = ngettext("En gång den dagen", "%(n)s gånger den dagen", times) % {"n": times}
    return {
        "why": said or (str(Reveal.Why(why).label) if why in Reveal.Why.values else ""),
        "at": entry.product_at,
        "who": str(entry.actor) if entry.actor else _("Systemet"),
        "role": Role(entry.role).label if entry.role else "",
        "unit": entry.unit.name if entry.unit else "",
        "act": entry.get_action_display(),
        "what": what(entry.what) if times == 1 else often,
        "ground": GROUNDS.get(entry.ground, entry.ground) or _BESIDE.get(entry.action, ""),
    }
