"""The peer's flow: two tasks in parallel, one with a timer of 24 hours that hands the case to a supervisor."""

from datetime import timedelta

from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.lock import SelectForUpdateLock

from bench.peer.models import PeerProcess


class PeerFlow(flow.Flow):
    """A case of the peer."""

    process_class = PeerProcess
    lock_impl = SelectForUpdateLock(nowait=False, attempts=1)
    process_title = "Peer"
    process_description = "Peer"

    start = flow.StartHandle(this.begin).Next(this.both)
    both = flow.Split().Always(this.contact).Always(this.assess)
    contact = (
        flow.View(None)
        .Permission("peer.work_case", obj=lambda process: process)
        .OnTimeout(timedelta(hours=24), then=this.escalate, interrupting=False)
        .Next(this.join)
    )
    assess = flow.View(None).Permission("peer.work_case", obj=lambda process: process).Next(this.join)
    escalate = flow.Function(this.escalated).Next(this.supervise)
    supervise = flow.View(None).Permission("peer.work_case", obj=lambda process: process).Next(this.handled)
    join = flow.Join().Next(this.end)
    end = flow.End()
    handled = flow.End()

    def begin(self, activation, title):
        activation.process.title = title
        return activation.process

    def escalated(self, activation):
        """The supervisor's task that follows is the escalation."""
