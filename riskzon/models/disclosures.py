"""What has left social services, to whom and on which legal ground: the disclosure register (utlämnandelogg)."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from riskzon.models.cases import Case
from riskzon.models.people import Unit, User


class DisclosedField(models.TextChoices):
    """What can leave: a closed list. `ACCOUNT` is what the product does not hold as a field, in words of its own."""

    NAME = "name", _("Barnets namn")
    IDENTITY = "identity", _("Personnummer eller födelsedatum")
    MUNICIPALITY = "municipality", _("Folkbokföringskommun")
    WHEREABOUTS = "whereabouts", _("Var barnet är")
    GUARDIANS = "guardians", _("Vårdnadshavares namn")
    PHONES = "phones", _("Vårdnadshavares telefonnummer")
    CASE_WORKER = "case_worker", _("Handläggare och enhet")
    ASSESSED = "assessed", _("Att skyddsbedömning är gjord, och när")
    INVESTIGATION = "investigation", _("Om utredning är inledd")
    ACCOUNT = "account", _("Redogörelse med egna ord")


class DisclosureGround(models.TextChoices):
    """The legal ground; what each allows and where it ends stands in `workflows.disclosing`."""

    NECESSARY = "osl_10_2", _("OSL 10:2")
    CONSENT = "consent", _("OSL 10:1 och 12:2, samtycke")
    COUNTER_CRIME = "osl_10_15a", _("OSL 10:15 a")
    YOUNG_AT_RISK = "osl_10_18a", _("OSL 10:18 a")
    CLOSE_VIOLENCE = "osl_10_18c", _("OSL 10:18 c")
    ACUTE = "osl_10_20", _("OSL 10:20")
    CRIME_AGAINST_CHILD = "osl_10_21", _("OSL 10:21")
    SUPPLYING = "osl_10_22", _("OSL 10:22")
    SERIOUS_CRIME = "osl_10_23", _("OSL 10:23")
    DUTY_BY_LAW = "osl_10_28", _("OSL 10:28")
    CONTACT_DETAILS = "act_2025_170", _("Lag 2025:170, 4 §")
    CARE_OF_CHILD = "osl_26_9", _("OSL 26:9")


class Authority(models.TextChoices):
    """Who receives. `LIAISON`: the city's own social workers at the police house, who read it in Riskzon."""

    LIAISON = "liaison", _("Socialsekreterare hos polisen")
    POLICE = "police", _("Polismyndigheten")
    SECURITY_POLICE = "security_police", _("Säkerhetspolisen")
    PROSECUTOR = "prosecutor", _("Åklagarmyndigheten")
    CUSTOMS = "customs", _("Tullverket")
    SOCIAL_BOARD = "social_board", _("Annan socialnämnd")
    HEALTH = "health", _("Hälso- och sjukvården")
    SCHOOL = "school", _("Skola")
    OTHER = "other", _("Annan")


class DisclosureWay(models.TextChoices):
    """How it left. `SCREEN`: read in Riskzon, which is the liaison's way and nobody else's."""

    SCREEN = "screen", _("Läses i Riskzon")
    PHONE = "phone", _("Telefon")
    MEETING = "meeting", _("Möte")
    LETTER = "letter", _("Brev")
    SECURE = "secure", _("Säker digital väg")
    HANDED = "handed", _("Överlämnat på papper")


class Disclosure(models.Model):
    """One piece that has left. Never changed and never removed (trigger): what is wrong is put right by a new row.

    `content` is what left, as it was then, by field. Of `liaison` and `post` (a unit) one is set where social workers at
    the police house read it in Riskzon; else `recipient` says which person. `corrects`: the row in whose place this one
    stands; `is_void`: nothing had left after all. A null `valid_until`: as long as the recipient needs it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="disclosures")
    fields = ArrayField(models.CharField(max_length=20, choices=DisclosedField.choices))
    content = models.JSONField()
    ground = models.CharField(max_length=16, choices=DisclosureGround.choices)
    balancing = models.TextField(help_text="why it may leave, and why not more")
    authority = models.CharField(max_length=16, choices=Authority.choices)
    recipient = models.CharField(max_length=200, blank=True, help_text="the person who received it")
    liaison = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="disclosed_to")
    post = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="disclosed_to")
    way = models.CharField(max_length=12, choices=DisclosureWay.choices)
    left_at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(help_text="when it was registered")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="correction")
    correction_reason = models.TextField(blank=True)
    is_void = models.BooleanField(default=False)

    class Meta:
        ordering = ["-left_at", "-at"]
        indexes = [
            models.Index(fields=["case", "-left_at"], name="disclosure_by_case"),
            models.Index(fields=["-left_at"], name="disclosure_by_moment"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(fields__len__gt=0), name="disclosure_says_what"),
            models.CheckConstraint(
                condition=Q(fields__contained_by=DisclosedField.values), name="disclosure_of_known_fields"
            ),
            models.CheckConstraint(
                condition=Q(ground__in=DisclosureGround.values) & ~Q(balancing=""), name="disclosure_has_a_ground"
            ),
            models.CheckConstraint(
                condition=Q(authority="liaison", way="screen", recipient="", liaison__isnull=False, post__isnull=True)
                | Q(authority="liaison", way="screen", recipient="", liaison__isnull=True, post__isnull=False)
                | (
                    ~Q(authority="liaison")
                    & ~Q(way="screen")
                    & ~Q(recipient="")
                    & Q(liaison__isnull=True, post__isnull=True)
                ),
                name="disclosure_has_one_recipient",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("left_at")),
                name="disclosure_ends_after_it_left",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, correction_reason="", is_void=False)
                | (Q(corrects__isnull=False) & ~Q(correction_reason="")),
                name="disclosure_is_corrected_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def pieces(self) -> list[tuple[str, str]]:
        """What left, as label and text, in the order of the list."""
        return [(str(one.label), self.content.get(one.value, "")) for one in DisclosedField if one.value in self.fields]

    @property
    def receiver(self) -> str:
        """Whoever received it, in words."""
        return str(self.liaison or self.post or self.recipient)
