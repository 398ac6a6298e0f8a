"""The messages about the house itself: the duty roster, rules, roles, the own login, the access log, what was not delivered."""

from django.utils.translation import gettext_lazy as _

from notifications.kinds import MessageKind
from riskzon.models import Role

_ON_DUTY = frozenset({Role.DUTY})
_EVERYBODY = frozenset(Role.values)
#: Who hears that a rule or ladder is proposed, and what came of it.
_RULES = frozenset({Role.ADMIN, Role.HEAD, Role.LOG_REVIEWER})
#: Who hears what came of a role that was asked for.
_ROLES = frozenset({Role.ADMIN, Role.LOG_REVIEWER})

#: What the hourly trial of the chain sends to its technical account; no person is ever told it.
CANARY = "canary"

_STARTS = _("Passet börjar %(at)s.")
#: Of a rule or ladder the moment is not a limit.
VALID = _("Gäller från %(at)s.")
_CHANGED = frozenset({"deadline", "at"})

OF_THE_HOUSE: dict[str, MessageKind] = {
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
        # The log reviewers where no head is left.
        roles=frozenset({Role.SUPERVISOR, Role.HEAD, Role.LOG_REVIEWER}),
        facts=frozenset(),
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
        when=VALID,
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
        when=VALID,
        roles=_RULES,
        facts=_CHANGED,
        needs=frozenset({"deadline"}),
    ),
    "rule_confirmed": MessageKind(
        title=_("En ny regel är bekräftad"),
        text=_("Verksamhetschefen har bekräftat det som administratören föreslog: %(deadline)s."),
        when=VALID,
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
            "Du har bytt lösenord. Dina andra inloggningar och dina nycklar för andra system är avslutade. "
            "Var det inte du? Säg genast till din chef."
        ),
        roles=_EVERYBODY,
        facts=frozenset(),
    ),
    "token_made": MessageKind(
        title=_("En nyckel för ett annat system är gjord"),
        text=_(
            "Du har gjort en nyckel som når det du själv får se och göra. "
            "Var det inte du? Återkalla den under Inloggning, och säg genast till din chef."
        ),
        roles=_EVERYBODY,
        facts=frozenset(),
    ),
    "codes_used_up": MessageKind(
        title=_("Någon har provat koder för ditt konto"),
        text=_(
            "Någon har skrivit rätt lösenord för ditt konto, och sedan fel kod fem gånger. "
            "Var det inte du? Byt lösenord, och säg genast till din chef."
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
