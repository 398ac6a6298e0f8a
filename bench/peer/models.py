"""What the peer stores: viewflow's own process with a name."""

from django.db import models
from viewflow.workflow.models import Process


class PeerProcess(Process):
    """One case of the peer."""

    title = models.CharField(max_length=100)

    class Meta:
        permissions = [("work_case", "work on the case")]

    def __str__(self) -> str:
        return self.title
