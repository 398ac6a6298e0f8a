"""With which words do the pages say who may what? Every ground, action and place of the declared table (`riskzon.matrix`)."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from riskzon.matrix import Action, Ground, Place
from riskzon.models import GrantSource
from riskzon.seen_by import Given
from riskzon.timewords import moment

#: What a ground is, after its name in the access log (`workflows.views.wording`).
MEANS = {
    Ground.LEAD: gettext_lazy(
        "Enhetens alla ärenden. Verksamhetschefen: bara där ingen annan leder, eller den som leder är jävig."
    ),
    Ground.UNIT: gettext_lazy("Den egna enhetens alla ärenden."),
    Ground.HANDLE: gettext_lazy("Ett enda ärende, till exempel för den som utreder barnet på en annan enhet."),
    Ground.DUTY: gettext_lazy("Det som inte kan vänta medan enheten är stängd, tills någon där har tagit över."),
    Ground.NOTE: gettext_lazy("I två timmar efter övertagandet."),
    Ground.READ: gettext_lazy("Ett enda ärende."),
    Ground.EMERGENCY: gettext_lazy("Ett enda ärende, med skäl, i fyra timmar. Granskas efteråt av någon annan."),
    Ground.FOLLOW: gettext_lazy("I förkortad form, i 30 dagar eller så länge ärendet är öppet."),
}

ACTIONS = {
    Action.READ: gettext_lazy("läsa ärendet"),
    Action.FOLLOW: gettext_lazy("följa hur långt det har kommit"),
    Action.CONTACT: gettext_lazy("registrera kontakt"),
    Action.ASSESS: gettext_lazy("göra skyddsbedömning"),
    Action.HOLD: gettext_lazy("se vem som inte ska kontaktas"),
    Action.DECIDE_HOLD: gettext_lazy("besluta att avvakta kontakt"),
    Action.DISPOSE: gettext_lazy("besluta om utredning och avslut"),
    Action.DEVIATE: gettext_lazy("besluta om avsteg från Strategi 5"),
    Action.ASSIGN: gettext_lazy("ta, tilldela och ta över"),
    Action.HAND_OVER: gettext_lazy("lämna över till en annan enhet"),
    Action.IDENTIFY: gettext_lazy("ändra barnets uppgifter"),
    Action.FAMILY: gettext_lazy("ändra familj och företrädare"),
    Action.FEEDBACK: gettext_lazy("återkoppla till anmälaren"),
    Action.SUPPLEMENT: gettext_lazy("komplettera anmälan"),
    Action.CORRECT: gettext_lazy("rätta tider"),
    Action.REVIEW: gettext_lazy("granska överskridna frister"),
    Action.NOTE: gettext_lazy("skriva anteckningar"),
    Action.SEE_LOG: gettext_lazy("läsa åtkomstloggen"),
    Action.DECLARE: gettext_lazy("anmäla egen jäv"),
    Action.DISCLOSE: gettext_lazy("lämna ut uppgifter"),
    Action.BLOCK: gettext_lazy("se och sätta jäv för andra"),
    Action.VOUCH: gettext_lazy("bekräfta en kollegas nödåtkomst"),
}

PLACES = {
    Place.WORKLIST: gettext_lazy("Arbetslista"),
    Place.SEARCH: gettext_lazy("Sökning i de egna ärendena"),
    Place.KNOWN: gettext_lazy("Fråga om ett barn är känt"),
    Place.INVESTIGATIONS: gettext_lazy("Pågående utredningar"),
    Place.EMERGENCY: gettext_lazy("Begära nödåtkomst"),
    Place.EMERGENCY_ANSWER: gettext_lazy("Bekräfta och granska nödåtkomst"),
    Place.REGISTER: gettext_lazy("Registrera en anmälan"),
    Place.OWN_REPORTS: gettext_lazy("Egna anmälningar, och kollegors att ta över"),
    Place.RECEIVED: gettext_lazy("Det som har lämnats ut till en själv"),
    Place.RECEIPTS: gettext_lazy("Kvitton på egna anmälningar"),
    Place.WAITING: gettext_lazy("Det som väntar på beslut"),
    Place.BOARD: gettext_lazy("Enhetens läge och överskridna frister"),
    Place.DISCLOSURES: gettext_lazy("Utlämnanden, enhet för enhet"),
    Place.ACCOUNTING: gettext_lazy("Redovisning av alla anmälningar"),
    Place.ACCOUNT_BY_API: gettext_lazy("Redovisningens antal, genom ett annat system"),
    Place.STATISTICS: gettext_lazy("Statistik, där små tal är dolda"),
    Place.FIGURES_BY_API: gettext_lazy("Statistik genom ett annat system"),
    Place.LOG_REVIEWS: gettext_lazy("Loggkontroll"),
    Place.RIGHTS_REVIEW: gettext_lazy("Behörigheter som avviker"),
    Place.ROSTER: gettext_lazy("Jourschemat"),
    Place.ROSTER_PLAN: gettext_lazy("Ändra i jourschemat"),
    Place.OWN_SHIFTS: gettext_lazy("Egna jourpass och eget mobilnummer"),
    Place.ABSENCE: gettext_lazy("Registrera frånvaro"),
    Place.RULES: gettext_lazy("Regler och trappor"),
    Place.RULES_PROPOSE: gettext_lazy("Föreslå regler och trappor"),
    Place.RULES_ANSWER: gettext_lazy("Bekräfta eller avslå regler och trappor"),
    Place.DELIVERIES: gettext_lazy("Utskick som inte har gått fram"),
    Place.ALARMS: gettext_lazy("Larm när något inte fungerar"),
    Place.ACCOUNTS: gettext_lazy("Konton, och begära roller"),
    Place.ROLES: gettext_lazy("Roller som väntar på svar, och de som är besvarade"),
    Place.ROLES_ANSWER: gettext_lazy("Bekräfta eller avslå roller"),
    Place.WHO_MAY: gettext_lazy("Vem får vad"),
}


#: A right that nobody should have, and one that somebody lacks (`workflows.auditor_rights`). Who is biased is not told here.
DEVIATES = {
    "inactive": gettext_lazy("Kontot är avslutat, men behörigheten finns kvar"),
    "role": gettext_lazy("Rollen kan inte ha behörigheten"),
    "blocked": gettext_lazy("Behörigheten saknar grund"),
    "investigation_over": gettext_lazy("Utredningen som gav behörigheten pågår inte, eller har någon annan"),
    "no_source": gettext_lazy("Behörigheten saknar grund"),
    "no_giver": gettext_lazy("Ingen står för att ha gett behörigheten"),
    "endless": gettext_lazy("Behörigheten har inget slut"),
    "too_long": gettext_lazy("Behörigheten slutar senare än den ska"),
    "worker": gettext_lazy("Utreder barnet, men når inte ärendet"),
    "assignee": gettext_lazy("Är handläggare, men når inte ärendet"),
}


def giver(given: Given) -> str:
    """Who gave a right: a person, whoever has it, or nobody but the rules of the product."""
    by = given.grant.granted_by
    if by is None and given.grant.source == GrantSource.EMERGENCY:
        return _("Öppnade själv")
    if by is None:
        return _("Gavs av systemet")
    if by == given.person and given.grant.source in (GrantSource.REGISTERED, GrantSource.TAKEN_OVER):
        return _("Genom egen registrering") if given.grant.source == GrantSource.REGISTERED else _("Tog över själv")
    return _("Gavs av %(who)s") % {"who": by}


def until(given: Given) -> str:
    """When a right ends by itself; a liaison's is kept while the case is open."""
    ends_at: datetime | None = given.grant.ends_at
    if ends_at is None and given.grant.source == GrantSource.INVESTIGATION:
        return _("Tills utredningen avslutas")
    if ends_at is None:
        return _("Tills vidare")
    if given.ground == Ground.FOLLOW:
        return _("Till %(when)s, eller så länge ärendet är öppet") % {"when": moment(ends_at)}
    return _("Till %(when)s") % {"when": moment(ends_at)}
