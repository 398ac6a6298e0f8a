"""Which messages are there, who may receive each, what may stand in one, and how is it said in words?

The catalogue is closed: a kind that is not here, a fact that a kind does not name, and a value that is not a code, a
moment, a small number or a yes or no are refused. So no message can carry a name, a number of a person or an address.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from riskzon.models import ReportKind, Role
from riskzon.timewords import moment

STAFF = frozenset({Role.SOCIAL_WORKER, Role.SUPERVISOR, Role.DUTY, Role.HEAD})
REPORTERS = frozenset({Role.LIAISON, Role.PARTNER})
_ON_DUTY = frozenset({Role.DUTY})
_EVERYBODY = frozenset(Role.values)
#: Who hears that a rule or ladder is proposed, and what came of it.
_RULES = frozenset({Role.ADMIN, Role.HEAD, Role.LOG_REVIEWER})
#: Who hears what came of a role that was asked for.
_ROLES = frozenset({Role.ADMIN, Role.LOG_REVIEWER})

#: What the hourly trial of the chain sends to its technical account; no person is ever told it.
CANARY = "canary"

#: What can be late, in the screen's words.
DEADLINES = {
    "guardian_contact": _("Kontakt med vårdnadshavare eller beslut att avvakta"),
    "protective_assessment": _("Omedelbar skyddsbedömning"),
    "open_investigation": _("Inleda utredning"),
    "reporter_feedback": _("Återkoppling till anmälare"),
    "investigation": _("Utredningstid"),
    "hold_review": _("Ompröva avvakta kontakt"),
    "breach_review": _("Granska överskriden frist"),
    "lul_statement": _("Yttrande enligt LUL"),
}

_LADDER = frozenset({"deadline", "step", "at", "folded", "born", "nobody_found"})
#: What is late at night is done at night (Socialjouren holds the case for it); "" where no limit is named.
_WAKING = frozenset({"", "guardian_contact", "protective_assessment", "hold_review"})
_BY = _("Senast %(at)s.")
_SINCE = _("Tiden gick ut %(at)s.")
_STARTS = _("Passet börjar %(at)s.")
_VALID = _("Gäller från %(at)s.")
_CHANGED = frozenset({"deadline", "at"})
#: Said after the message where the fact is true.
_ADDED = {
    "folded": _("Påminnelser som redan hade passerat ingår i detta meddelande."),
    "born": _("Fristen hade redan gått ut när ärendet registrerades."),
    "nobody_found": _("Du får meddelandet i stället för någon som inte gick att hitta."),
}


class NotInCatalogue(ValueError):
    """A message, a fact or a value that the catalogue does not know; nothing was written."""


@dataclass(frozen=True)
class MessageKind:
    """One kind of message. `when` is said if the fact `at` is given; `by_mail` False: only in the inbox.

    `by_sms`: it cannot wait until somebody looks, so it also wakes whoever is on duty and has a number for SMS.
    """

    title: Any
    text: Any
    roles: frozenset[str] = STAFF
    facts: frozenset[str] = frozenset({"at"})
    needs: frozenset[str] = frozenset()
    when: Any = ""
    by_mail: bool = True
    by_sms: bool = False

    def wakes(self, facts: Mapping[str, object]) -> bool:
        """Whether it goes by SMS: not where it is about a limit that only the unit of the day can do something about."""
        return self.by_sms and facts.get("deadline", "") in _WAKING


@dataclass(frozen=True)
class Said:
    """One message in words, in the language that is active."""

    title: str
    text: str


CATALOGUE: dict[str, MessageKind] = {
    "case_received": MessageKind(
        title=_("Ny anmälan"),
        text=_("Ärende %(number)s har kommit in."),
        facts=_LADDER | {"report_kind"},
        by_sms=True,
    ),
    "investigation_report": MessageKind(
        title=_("Ny anmälan i pågående utredning"),
        text=_("Ärende %(number)s rör ett barn vars utredning du handlägger."),
        facts=frozenset({"report_kind", "at"}),
    ),
    "assigned": MessageKind(
        title=_("Tilldelat ärende"),
        text=_("Ärende %(number)s är tilldelat dig."),
    ),
    "handed_over": MessageKind(
        title=_("Överlämnat ärende"),
        text=_("Ärende %(number)s har lämnats över till din enhet."),
    ),
    "assessment_waiting": MessageKind(
        title=_("Omedelbar skyddsbedömning väntar"),
        text=_("Ärende %(number)s väntar på omedelbar skyddsbedömning."),
        facts=_LADDER,
        by_sms=True,
    ),
    "deadline_near": MessageKind(
        title=_("Frist närmar sig"),
        text=_("Ärende %(number)s: %(deadline)s."),
        when=_BY,
        facts=_LADDER,
        needs=frozenset({"deadline"}),
        by_sms=True,
    ),
    "deadline_breached": MessageKind(
        title=_("Frist överskriden"),
        text=_("Ärende %(number)s: %(deadline)s."),
        when=_SINCE,
        facts=_LADDER,
        needs=frozenset({"deadline"}),
        by_sms=True,
    ),
    "deadline_still_open": MessageKind(
        title=_("Överskriden frist är fortfarande öppen"),
        text=_("Ärende %(number)s: %(deadline)s."),
        when=_SINCE,
        facts=_LADDER,
        needs=frozenset({"deadline"}),
        by_sms=True,
    ),
    "breach_to_review": MessageKind(
        title=_("Granska överskriden frist"),
        text=_("En frist har överskridits i ärende %(number)s. Ange orsak och åtgärd."),
        when=_BY,
        facts=_LADDER,
    ),
    "hold_to_confirm": MessageKind(
        title=_("Bekräfta avvakta kontakt"),
        text=_("Jouren har beslutat att avvakta kontakt i ärende %(number)s. Bekräfta eller avslå beslutet."),
    ),
    "hold_refused": MessageKind(
        title=_("Avvakta kontakt är avslaget"),
        text=_(
            "Enhetschefen har avslagit ditt beslut att avvakta kontakt i ärende %(number)s. Det gäller inte längre."
        ),
        facts=frozenset(),
    ),
    "extension_to_confirm": MessageKind(
        title=_("Bekräfta förlängd utredningstid"),
        text=_("Utredningstiden i ärende %(number)s har förlängts. Bekräfta eller avslå beslutet."),
        when=_("Utan förlängningen är fristen %(at)s."),
    ),
    "extension_confirmed": MessageKind(
        title=_("Förlängningen är bekräftad"),
        text=_("Enhetschefen har bekräftat den längre utredningstiden i ärende %(number)s."),
        facts=frozenset(),
    ),
    "extension_refused": MessageKind(
        title=_("Förlängningen är avslagen"),
        text=_(
            "Enhetschefen har avslagit den längre utredningstiden i ärende %(number)s. Den tidigare fristen gäller."
        ),
        facts=frozenset(),
    ),
    "hold_review": MessageKind(
        title=_("Ompröva avvakta kontakt"),
        text=_("Beslutet att avvakta kontakt i ärende %(number)s ska omprövas."),
        when=_BY,
        facts=_LADDER,
        by_sms=True,
    ),
    "sibling_hold": MessageKind(
        title=_("Ta ställning till avvakta kontakt för syskonet"),
        text=_("Kontakten avvaktas med en vårdnadshavare som är gemensam med barnet i ärende %(number)s."),
    ),
    "end_to_confirm": MessageKind(
        title=_("Bekräfta felregistrering eller dubblett"),
        text=_("Ärende %(number)s föreslås som felregistrerat eller dubblett. En annan person bekräftar eller avslår."),
        facts=frozenset(),
    ),
    "transfer_waits": MessageKind(
        title=_("Överflyttning väntar"),
        text=_(
            "Ärende %(number)s ska flyttas till en annan kommun. Fristerna går här tills mottagandet är registrerat."
        ),
        facts=frozenset(),
    ),
    "end_confirmed": MessageKind(
        title=_("Avslutet är bekräftat"),
        text=_("Avslutet som du föreslog i ärende %(number)s är bekräftat."),
        facts=frozenset(),
    ),
    "end_refused": MessageKind(
        title=_("Avslutet är avslaget"),
        text=_("Avslutet som du föreslog i ärende %(number)s är avslaget. Ärendet fortsätter."),
        facts=frozenset(),
    ),
    "feedback_due": MessageKind(
        title=_("Återkoppling till anmälare"),
        text=_("Anmälaren i ärende %(number)s har begärt återkoppling."),
        when=_BY,
        facts=_LADDER,
    ),
    "times_corrected": MessageKind(
        title=_("Rättade tider"),
        text=_("Tiderna i ärende %(number)s har rättats och fristerna har räknats om."),
    ),
    "outcome_changed": MessageKind(
        title=_("Rättad tid ändrade utfallet"),
        text=_("En rättad tid i ärende %(number)s har ändrat utfallet: %(deadline)s."),
        facts=frozenset({"deadline"}),
        needs=frozenset({"deadline"}),
    ),
    "nobody_found": MessageKind(
        title=_("Ingen mottagare hittades"),
        text=_("Ingen fanns att meddela om ärende %(number)s. Se till att någon tar det."),
        facts=_LADDER,
        by_sms=True,
    ),
    "report_received": MessageKind(
        title=_("Anmälan mottagen"),
        text=_("Socialtjänsten har tagit emot anmälan %(number)s."),
        roles=REPORTERS,
    ),
    "guardian_reached": MessageKind(
        title=_("Kontakt tagen"),
        text=_("Socialtjänsten har haft kontakt med en vårdnadshavare i ärende %(number)s."),
        when=_("Kontakten togs %(at)s."),
        roles=frozenset({Role.LIAISON}),
    ),
    "report_taken_over": MessageKind(
        title=_("En kollega följer din anmälan"),
        text=_("En kollega hos polisen har tagit över anmälan %(number)s. Du kan följa den som förut."),
        roles=frozenset({Role.LIAISON}),
        facts=frozenset(),
    ),
    "report_supplemented": MessageKind(
        title=_("Anmälan är kompletterad"),
        text=_("Det finns nya uppgifter om anmälan i ärende %(number)s. Läs dem i ärendet."),
        facts=frozenset(),
    ),
    "log_reviews_drawn": MessageKind(
        title=_("Ny loggkontroll"),
        text=_("Månadens stickprov ur åtkomstloggen är draget. Att granska: %(count)s. Det ligger under Loggkontroll."),
        roles=frozenset({Role.LOG_REVIEWER}),
        facts=frozenset({"count"}),
        needs=frozenset({"count"}),
    ),
    "log_reviews_late": MessageKind(
        title=_("Loggkontrollen är sen"),
        text=_("Läsningar som skulle ha granskats och inte är det: %(count)s. De ligger under Loggkontroll."),
        roles=frozenset({Role.HEAD, Role.LOG_REVIEWER}),
        facts=frozenset({"count"}),
        needs=frozenset({"count"}),
    ),
    "log_review_remark": MessageKind(
        title=_("Loggkontroll att följa upp"),
        text=_("En läsning i åtkomstloggen behöver din uppföljning. Den ligger under Loggkontroll."),
        roles=frozenset({Role.SUPERVISOR, Role.HEAD}),
        facts=frozenset(),
    ),
    "disclosed": MessageKind(
        title=_("Utlämnade uppgifter"),
        text=_("Socialtjänsten har lämnat ut uppgifter till dig. De ligger under Utlämnat."),
        roles=frozenset({Role.LIAISON}),
        facts=frozenset(),
    ),
    "disclosure_decided": MessageKind(
        title=_("Utlämnande i ditt namn"),
        text=_("Ett utlämnande i ärende %(number)s är registrerat med dig som beslutsfattare."),
        facts=frozenset(),
    ),
    "extract_to_decide": MessageKind(
        title=_("Utdrag att besluta om"),
        text=_("Ett utdrag ur ärende %(number)s väntar på ditt beslut. Det ligger under Utdrag i ärendet."),
        facts=frozenset(),
    ),
    "extract_decided": MessageKind(
        title=_("Beslut om utdrag"),
        text=_("Utdraget ur ärende %(number)s är beslutat. Läs beslutet under Utdrag i ärendet."),
        facts=frozenset(),
    ),
    "conflict_of_interest": MessageKind(
        title=_("Jäv"),
        text=_("En medarbetare får inte längre se ärende %(number)s. Kontrollera vem som har det nu."),
        facts=frozenset(),
    ),
    "emergency_opened": MessageKind(
        title=_("Nödåtkomst"),
        text=_("En kollega har öppnat ärende %(number)s med nödåtkomst. Enhetschefen granskar den."),
        when=_BY,
    ),
    "emergency_to_confirm": MessageKind(
        title=_("Nödåtkomst behöver en andra person"),
        text=_("En kollega behöver läsa ärende %(number)s. Inget visas förrän en andra person har bekräftat."),
        when=_BY,
        by_sms=True,
    ),
    "emergency_confirmed": MessageKind(
        title=_("Nödåtkomsten är bekräftad"),
        text=_("Du kan läsa ärende %(number)s."),
        when=_("Till %(at)s."),
    ),
    "emergency_reviewed": MessageKind(
        title=_("Din nödåtkomst är granskad"),
        text=_("Nödåtkomsten till ärende %(number)s är granskad. Se vad granskningen kom fram till under Nödåtkomst."),
        facts=frozenset(),
    ),
    "emergency_late": MessageKind(
        title=_("Nödåtkomst är inte granskad i tid"),
        text=_("Nödåtkomsten till ärende %(number)s är inte granskad. Granska den, eller se till att det blir gjort."),
        when=_SINCE,
        roles=frozenset({Role.HEAD}),
    ),
    "emergency_unjustified": MessageKind(
        title=_("En nödåtkomst var inte motiverad"),
        text=_("En granskning har kommit fram till att en nödåtkomst inte var motiverad. Den ska utredas."),
        roles=frozenset({Role.HEAD, Role.LOG_REVIEWER}),
        facts=frozenset(),
    ),
    "investigation_moved": MessageKind(
        title=_("Utredningen ligger hos dig"),
        text=_("Utredningen i ärende %(number)s ligger hos dig tills den har fått en annan handläggare."),
        facts=frozenset(),
    ),
    "handover_waiting": MessageKind(
        title=_("Ärenden från jouren väntar"),
        text=_("Ärenden från jouren som ingen har tagit över: %(count)s. De ligger under Från jouren i arbetslistan."),
        roles=frozenset({Role.SUPERVISOR, Role.HEAD}),
        facts=frozenset({"count"}),
        needs=frozenset({"count"}),
    ),
    "things_received": MessageKind(
        title=_("Du har tagit över från en kollega"),
        text=_("En kollega är borta eller har slutat. Ärenden och utredningar som nu är dina: %(count)s."),
        facts=frozenset({"count"}),
        needs=frozenset({"count"}),
    ),
    "cases_queued": MessageKind(
        title=_("Ärenden utan handläggare"),
        text=_("En handläggare är borta eller har slutat. Ärenden som ligger under Ej tilldelade: %(count)s."),
        facts=frozenset({"count"}),
        needs=frozenset({"count"}),
    ),
    "not_woken": MessageKind(
        title=_("SMS till jouren går inte fram"),
        text=_("Ett SMS till den som har jouren går inte fram. Ring jouren nu. Vem som har jouren står under Jour."),
        roles=frozenset({Role.SUPERVISOR, Role.HEAD}),
        facts=frozenset(),
    ),
    "delivery_given_up": MessageKind(
        title=_("Utskick gick inte fram"),
        text=_("Ett utskick har inte gått att skicka. Se till att mottagaren får veta på annat sätt."),
        roles=frozenset({Role.ADMIN, Role.SUPERVISOR, Role.HEAD}),
        by_mail=False,
    ),
    "roster_gap": MessageKind(
        title=_("Lucka i jouren"),
        text=_("Ingen är i tjänst på Socialjouren. Se till att någon tar passet. Schemat ligger under Jour."),
        when=_("Det gäller från %(at)s."),
        roles=frozenset({Role.SUPERVISOR, Role.HEAD}),
    ),
    CANARY: MessageKind(
        title=_("Prov av larmvägen"),
        text=_("Ett prov av vägen från frist till mejl. Inget behöver göras."),
        roles=frozenset({Role.PARTNER}),
        facts=frozenset(),
    ),
    "rule_proposed": MessageKind(
        title=_("En ny regel är föreslagen"),
        text=_("Administratören föreslår en ny regel: %(deadline)s. Verksamhetschefen bekräftar eller avslår den."),
        when=_VALID,
        roles=_RULES,
        facts=_CHANGED,
        needs=frozenset({"deadline"}),
    ),
    "ladder_proposed": MessageKind(
        title=_("En ny trappa är föreslagen"),
        text=_(
            "Administratören föreslår att andra får veta, eller vid andra tider: %(deadline)s. "
            "Verksamhetschefen bekräftar eller avslår det."
        ),
        when=_VALID,
        roles=_RULES,
        facts=_CHANGED,
        needs=frozenset({"deadline"}),
    ),
    "rule_confirmed": MessageKind(
        title=_("En ny regel är bekräftad"),
        text=_("Verksamhetschefen har bekräftat det som administratören föreslog: %(deadline)s."),
        when=_VALID,
        roles=_RULES,
        facts=_CHANGED,
        needs=frozenset({"deadline"}),
    ),
    "rule_refused": MessageKind(
        title=_("En ny regel är avslagen"),
        text=_("Verksamhetschefen har avslagit det som administratören föreslog: %(deadline)s. Inget ändras."),
        roles=_RULES,
        facts=_CHANGED,
        needs=frozenset({"deadline"}),
    ),
    "rule_withdrawn": MessageKind(
        title=_("Ett förslag är tillbakadraget"),
        text=_("Administratören har dragit tillbaka sitt förslag: %(deadline)s. Inget ändras."),
        roles=_RULES,
        facts=_CHANGED,
        needs=frozenset({"deadline"}),
    ),
    "role_asked": MessageKind(
        title=_("En roll väntar på ditt svar"),
        text=_("Någon ska få en roll här. Den gäller först när du har bekräftat den, under Väntar på mig."),
        roles=frozenset({Role.SUPERVISOR, Role.HEAD}),
        facts=frozenset(),
    ),
    "role_watched": MessageKind(
        title=_("Någon ska få en roll"),
        text=_("En roll väntar på svar från den som leder. Den ligger under Roller."),
        roles=frozenset({Role.LOG_REVIEWER}),
        facts=frozenset(),
    ),
    "role_confirmed": MessageKind(
        title=_("En roll är bekräftad"),
        text=_("Den som leder har bekräftat en roll som någon skulle få. Den ligger under Roller."),
        roles=_ROLES,
        facts=frozenset(),
    ),
    "role_refused": MessageKind(
        title=_("En roll är avslagen"),
        text=_("Den som leder har avslagit en roll som någon skulle få. Varför står under Roller."),
        roles=_ROLES,
        facts=frozenset(),
    ),
    "account_closed": MessageKind(
        title=_("Ett konto är avslutat"),
        text=_("Administratören har avslutat någons konto. Vems står under Roller."),
        roles=frozenset({Role.HEAD, Role.LOG_REVIEWER}),
        facts=frozenset(),
    ),
    "role_yours": MessageKind(
        title=_("Din roll är bekräftad"),
        text=_("Din chef har bekräftat din roll, och du kan logga in."),
        roles=_EVERYBODY,
        facts=frozenset(),
    ),
    "second_factor_removed": MessageKind(
        title=_("Din kod vid inloggning är nollställd"),
        text=_(
            "Administratören har nollställt din kod vid inloggning. Nästa gång lägger du till en ny app. "
            "Har du inte bett om det? Säg genast till din chef."
        ),
        roles=_EVERYBODY,
        facts=frozenset(),
    ),
    "password_changed": MessageKind(
        title=_("Ditt lösenord är bytt"),
        text=_(
            "Du har bytt lösenord, och dina andra inloggningar är avslutade. Var det inte du? Säg genast till din chef."
        ),
        roles=_EVERYBODY,
        facts=frozenset(),
    ),
    "passkey_added": MessageKind(
        title=_("En lösennyckel är tillagd"),
        text=_("Du har lagt till en lösennyckel att logga in med. Var det inte du? Säg genast till din chef."),
        roles=_EVERYBODY,
        facts=frozenset(),
    ),
    "passkey_removed": MessageKind(
        title=_("En lösennyckel är borttagen"),
        text=_("Du har tagit bort en lösennyckel. Var det inte du? Säg genast till din chef."),
        roles=_EVERYBODY,
        facts=frozenset(),
    ),
    "shift_offered": MessageKind(
        title=_("Ett jourpass söker någon"),
        text=_("En kollega erbjuder dig sitt jourpass. Svara under Jour."),
        when=_STARTS,
        roles=_ON_DUTY,
    ),
    "shift_taken": MessageKind(
        title=_("Jourpasset är övertaget"),
        text=_("En kollega har tagit passet som du erbjöd."),
        when=_STARTS,
        roles=_ON_DUTY,
    ),
    "shift_declined": MessageKind(
        title=_("Nej till jourpasset"),
        text=_("Kollegan som du frågade tar inte passet. Det är kvar hos dig."),
        when=_STARTS,
        roles=_ON_DUTY,
    ),
    "shift_given": MessageKind(
        title=_("Du har fått ett jourpass"),
        text=_("Ett jourpass har flyttats till dig."),
        when=_STARTS,
        roles=_ON_DUTY,
    ),
    "shift_left": MessageKind(
        title=_("Ett av dina jourpass är flyttat"),
        text=_("Ett jourpass har flyttats från dig till någon annan."),
        when=_STARTS,
        roles=_ON_DUTY,
    ),
}


def check(kind: str, facts: Mapping[str, object]) -> MessageKind:
    """The catalogue's entry of a kind to which these facts may be told; NotInCatalogue otherwise."""
    entry = CATALOGUE.get(kind)
    if entry is None:
        raise NotInCatalogue(f"no message of the kind {kind!r}")
    if unknown := facts.keys() - entry.facts:
        raise NotInCatalogue(f"{kind} carries no {', '.join(sorted(unknown))}")
    if missing := entry.needs - facts.keys():
        raise NotInCatalogue(f"{kind} needs {', '.join(sorted(missing))}")
    for name, value in facts.items():
        if not _FACTS[name](value):
            raise NotInCatalogue(f"{name} of {kind} is not a code, a moment with offset, a count or a yes or no")
    return entry


def say(kind: str, facts: Mapping[str, Any], number: str) -> Said:
    """A stored message in words. `number` is the case's or report's, empty where there is none."""
    entry = CATALOGUE[kind]
    words = {
        "number": number,
        "deadline": DEADLINES.get(facts.get("deadline", ""), ""),
        "count": facts.get("count", ""),
        "at": moment(datetime.fromisoformat(facts["at"])) if "at" in facts else "",
    }
    sentences = [str(entry.text) % words]
    if "report_kind" in facts:
        sentences.append(f"{ReportKind(facts['report_kind']).label}.")
    # An assessment that must be made at once is never given a time to wait for (SoL 20:1).
    waits = facts.get("deadline") != "protective_assessment" or entry.when is _VALID
    if words["at"] and entry.when and waits:
        sentences.append(str(entry.when) % words)
    sentences += [str(added) for fact, added in _ADDED.items() if facts.get(fact)]
    return Said(title=str(entry.title), text=" ".join(sentences))


def _is_step(value: object) -> bool:
    """A rung's key such as `-12h`, `+1h-waiting` or `daily-2026-11-14`; ladders are data, so other codes pass too."""
    return isinstance(value, str) and bool(_STEP.fullmatch(value))


def _is_moment(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_count(value: object) -> bool:
    """So few digits that it can be nothing but a number of cases."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1000


# A date has eight digits, four in a row; whatever has more could be a personnummer or a telephone number.
_STEP = re.compile(r"(?!.*[0-9]{5})(?!(?:[^0-9]*[0-9]){9})[a-z0-9+_-]{1,24}")
_FACTS: dict[str, Callable[[object], bool]] = {
    "deadline": lambda value: isinstance(value, str) and value in DEADLINES,
    "report_kind": lambda value: isinstance(value, str) and value in ReportKind.values,
    "step": _is_step,
    "at": _is_moment,
    "folded": _is_flag,
    "born": _is_flag,
    "nobody_found": _is_flag,
    "count": _is_count,
}
