"""What must happen with every child in every report, from receipt to close (SoL 20:1-20:2, 19:6, Strategi 5)."""

from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow.base import Flow
from viewflow.workflow.lock import SelectForUpdateLock
from viewflow.workflow.nodes import End, Join, Split, StartHandle

from riskzon.access import Action
from riskzon.models import Case
from workflows.models import CaseProcess, CaseTask, Kind
from workflows.nodes import Step


class CaseFlow(Flow):
    """Every report opens this flow for every child in it. There is no way to its end but through all of it.

    A case that ends otherwise, as two have agreed, does not reach it: the engine cancels what is left.
    """

    process_class = CaseProcess
    task_class = CaseTask
    lock_impl = SelectForUpdateLock(nowait=False, attempts=1)
    process_title = _("Ärende")
    process_description = _("Från anmälan till avslut: inget steg kan hoppas över.")

    # whoever registers the report
    receive = StartHandle(this.open_process).Annotation(title=_("Ta emot")).Next(this.at_once)

    at_once = (
        Split()
        .Annotation(title=_("Samtidigt"))
        .Always(this.contact_guardians)
        .Always(this.protective_assessment)
        .Always(this.decide_investigation)
        .Next(this.answer_reporter, case=this.reporter_asked)
    )

    # social services; the liaison at the station too. Done when every custodian is reached, held or written off
    contact_guardians = (
        Step().Titled(_("Kontakta vårdnadshavare")).By(Action.CONTACT).Due(Kind.GUARDIAN_CONTACT).Next(this.all_done)
    )

    # social services; Socialjouren while the unit is closed
    protective_assessment = (
        Step()
        .Titled(_("Omedelbar skyddsbedömning"))
        .By(Action.ASSESS)
        .Due(Kind.PROTECTIVE_ASSESSMENT)
        .Next(this.all_done)
    )

    # a named social worker of the unit; a deviation needs its supervisor
    decide_investigation = (
        Step().Titled(_("Inled utredning")).By(Action.DISPOSE).Due(Kind.OPEN_INVESTIGATION).Next(this.all_done)
    )

    # social services, to a mandated reporter who asked (SoL 19:6)
    answer_reporter = (
        Step()
        .Titled(_("Återkoppla till anmälaren"))
        .By(Action.FEEDBACK)
        .Due(Kind.REPORTER_FEEDBACK)
        .Next(this.all_done)
    )

    all_done = Join().Annotation(title=_("Allt gjort")).Next(this.close)

    close = End().Annotation(title=_("Avsluta"))

    def open_process(self, activation, case: Case) -> CaseProcess:
        activation.process.case = case
        return activation.process

    def reporter_asked(self, activation) -> bool:
        return activation.process.case.feedback_owed
