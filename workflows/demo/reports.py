"""What does a report say, about which family, and who registers it?"""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from riskzon.localtime import end_of_local_day, local_date
from riskzon.models import Hold, ReportKind
from workflows.demo import texts
from workflows.demo.names import Family, Kid, Town
from workflows.demo.stage import Stage


@dataclass(repr=False)
class Reporters:
    """Makes up reports that could come in at the stage's moment; families come back."""

    stage: Stage
    town: Town
    families: list[Family] = field(default_factory=list)

    def special(self, kind: str) -> str:
        """What is out of the ordinary about this one; mostly nothing."""
        chances = {
            "concern": (("violence", 0.035), ("no_guardian", 0.012), ("protected", 0.02), ("shop", 0.07)),
            "arrest": (("unknown", 0.03), ("caution", 0.08), ("late", 0.05), ("unknown_time", 0.03)),
            "lob_custody": (("late", 0.08),),
        }[kind]
        drawn = self.stage.rng.random()
        for name, chance in chances:
            if drawn < chance:
                return name
            drawn -= chance
        return ""

    def family(self, kind: str, special: str) -> Family:
        """A family that has not been met, or one that comes back."""
        today = local_date(self.stage.now)
        young = (13, 17) if kind != "concern" else (1, 17)
        if special == "no_guardian":
            return replace(self.town.family(today, youngest=14, oldest=16, kids=1), parents=())
        # The first family comes back again and again, others now and then.
        if self.families and not special and self.stage.rng.random() < 0.2:
            again = self.families[0] if self.stage.rng.random() < 0.12 else self.stage.rng.choice(self.families)
            kids = tuple(kid for kid in again.kids if young[0] <= (today - kid.born).days // 365.25 <= 16)
            if kids:
                return replace(again, kids=kids[:1] if kind != "concern" else kids)
        count = None if kind == "concern" else self.stage.rng.choices((1, 2), (94, 6))[0]
        family = self.town.family(
            today, youngest=young[0], oldest=min(young[1], 16 if kind == "concern" else 17), kids=count
        )
        self.families.append(family)
        return family

    def body(self, kind: str, family: Family, special: str) -> tuple[dict[str, Any], str]:
        """The body of the report, and who registers it."""
        rng, now = self.stage.rng, self.stage.now
        notified = now - self.stage.minutes(3, 50)
        occurred = notified - self.stage.minutes(10, 20 if special == "quick" else 320)
        if special == "late":
            notified = now - self.stage.minutes(10, 60)
            occurred = notified - self.stage.minutes(25 * 60, 74 * 60)
        kids = [self._child(kid, family, special) for kid in family.kids]
        at_night = not self.stage.is_office_open
        if kind == ReportKind.CONCERN:
            reporter_type, organisation, text = rng.choice(texts.CONCERNS)
            by = "jour.vakt" if at_night else rng.choice(("karin.ek", "omar.nyman"))
            if special == "shop":
                organisation, text = rng.choice(texts.SHOPS)
                reporter_type, by = "business", "butik.city"
            elif special == "violence":
                text = texts.VIOLENCE
            elif reporter_type == "police":
                by = rng.choice(("per.holm", "nadia.rask"))
            anonymous = reporter_type == "private" and rng.random() < 0.4
        else:
            reporter_type, organisation, anonymous = "police", "Polisen", False
            text = rng.choice(texts.ARRESTS if kind == ReportKind.ARREST else texts.LOB)
            by = rng.choice(("per.holm", "per.holm", "nadia.rask"))
        reporter: dict[str, Any] = {"type": reporter_type, "organisation": organisation, "anonymous": anonymous}
        if reporter_type == "custodian" and family.parents:
            reporter["name"] = family.parents[0].name
        if reporter_type in ("school", "health", "police", "social_services"):
            reporter["wants_feedback"] = rng.random() < (0.6 if reporter_type == "school" else 0.25)
        body: dict[str, Any] = {
            "kind": kind,
            "notified_at": notified,
            "channel": rng.choice(("phone", "phone", "digital", "letter")) if kind == "concern" else "phone",
            "summary": text,
            "acute_risk": special == "violence" or rng.random() < 0.03,
            "reporter": reporter,
            "children": kids,
        }
        if kind != ReportKind.CONCERN:
            is_unknown = special == "unknown_time"
            body["occurred_at"] = None if is_unknown else occurred
            body["occurred_at_precision"] = "unknown" if is_unknown else rng.choice(("exact", "exact", "approximate"))
        if special == "unknown":
            age = rng.randint(13, 17)
            body["children"] = [{"approximate_age": age, "description": texts.DESCRIPTION, "summary": text}]
        if special == "caution":
            until = end_of_local_day(local_date(now) + timedelta(days=1))
            body["contact_caution"] = {
                "code": Hold.Code.INVESTIGATION,
                "note": "Enligt förundersökningsledaren.",
                "until": until,
            }
        return body, by

    def _child(self, kid: Kid, family: Family, special: str) -> dict[str, Any]:
        return {
            "identity_number": kid.identity_number,
            "given_name": kid.given_name,
            "family_name": kid.family_name,
            "summary": self.stage.rng.choice(texts.NOTES) if self.stage.rng.random() < 0.2 else "",
            "protected_identity": self.stage.rng.choice(("marked", "protected_registration"))
            if special == "protected"
            else "none",
            "home_municipality": "Borås" if self.stage.rng.random() < 0.93 else "Ulricehamn",
            "whereabouts": self.stage.rng.choice(("Hemma", "Polishuset", "Skolan", "")),
            "guardians": [parent.reported() for parent in family.parents],
        }
