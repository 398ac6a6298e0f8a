"""The messages about a case, its report or the child's investigation."""

from django.utils.translation import gettext_lazy as _

from notifications.kinds import MessageKind
from riskzon.models import Role

_REPORTERS = frozenset({Role.LIAISON, Role.PARTNER})
_LADDER = frozenset({"deadline", "step", "at", "folded", "born", "nobody_found"})
_BY = _("Senast %(at)s.")
_SINCE = _("Tiden gick ut %(at)s.")

OF_CASES: dict[str, MessageKind] = {
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
        roles=_REPORTERS,
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
        text=_("En kollega har öppnat ärende %(number)s med nödåtkomst. Den som leder granskar den."),
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
    "emergency_unreviewed": MessageKind(
        title=_("Nödåtkomst som ingen kan granska"),
        text=_(
            "En nödåtkomst är inte granskad i tid, och ingen verksamhetschef kan granska den utan att själv ha del i den. "
            "Se till att det finns en till."
        ),
        roles=frozenset({Role.LOG_REVIEWER}),
        facts=frozenset(),
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
}
