"""The ends of a case that a second party must agree to, and what the database holds about them."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


GUARDS = """
CREATE FUNCTION riskzon_end_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.confirmed_at IS NOT NULL OR OLD.refused_at IS NOT NULL THEN
        RAISE EXCEPTION 'an end that is decided never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.case_id <> OLD.case_id OR NEW.disposition <> OLD.disposition OR NEW.void_kind <> OLD.void_kind
       OR NEW.reason <> OLD.reason OR NEW.replaced_by_id IS DISTINCT FROM OLD.replaced_by_id
       OR NEW.duplicate_of_id IS DISTINCT FROM OLD.duplicate_of_id OR NEW.municipality <> OLD.municipality
       OR NEW.recipient <> OLD.recipient OR NEW.proposed_at <> OLD.proposed_at
       OR NEW.proposed_by_id <> OLD.proposed_by_id THEN
        RAISE EXCEPTION 'a proposed end is confirmed or refused, never changed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER end_stands BEFORE UPDATE ON riskzon_endproposal FOR EACH ROW EXECUTE FUNCTION riskzon_end_stands();
CREATE TRIGGER end_kept BEFORE DELETE ON riskzon_endproposal FOR EACH ROW EXECUTE FUNCTION riskzon_refuse();
"""

GUARDS_BACK = """
DROP TRIGGER end_kept ON riskzon_endproposal;
DROP TRIGGER end_stands ON riskzon_endproposal;
DROP FUNCTION riskzon_end_stands();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("riskzon", "0004_investigations"),
    ]

    operations = [
        migrations.CreateModel(
            name="EndProposal",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "disposition",
                    models.CharField(
                        choices=[
                            ("transferred", "Överflyttad till annan kommun"),
                            ("void", "Felregistrerad / Dubblett"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "void_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("wrong_person", "Fel person"),
                            ("duplicate", "Dubblett"),
                            ("adult", "Vuxen person"),
                            ("not_identified", "Gick inte att identifiera"),
                        ],
                        max_length=16,
                    ),
                ),
                ("reason", models.TextField()),
                ("municipality", models.CharField(blank=True, max_length=100)),
                (
                    "recipient",
                    models.CharField(
                        blank=True, help_text="who receives: a person or a unit elsewhere", max_length=200
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                (
                    "acknowledged_at",
                    models.DateTimeField(help_text="when the other municipality said that it takes over", null=True),
                ),
                ("acknowledged_by", models.CharField(blank=True, max_length=200)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("refused_at", models.DateTimeField(null=True)),
                ("refusal", models.TextField(blank=True)),
                ("overruled", models.JSONField(default=dict)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="end_proposals", to="riskzon.case"
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "duplicate_of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duplicates_ended",
                        to="riskzon.case",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "refused_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "replaced_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaces_ended",
                        to="riskzon.case",
                    ),
                ),
            ],
            options={
                "ordering": ["-proposed_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", True), ("refused_at__isnull", True)),
                        fields=("case",),
                        name="one_end_waits_per_case",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", False)), fields=("case",), name="a_case_ends_once"
                    ),
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="end_has_a_reason"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("disposition", "transferred"),
                                ("duplicate_of__isnull", True),
                                ("replaced_by__isnull", True),
                                ("void_kind", ""),
                                models.Q(("municipality", ""), _negated=True),
                                models.Q(("recipient", ""), _negated=True),
                            ),
                            models.Q(
                                ("disposition", "void"),
                                ("duplicate_of__isnull", True),
                                ("replaced_by__isnull", False),
                                ("void_kind", "wrong_person"),
                            ),
                            models.Q(
                                ("disposition", "void"),
                                ("duplicate_of__isnull", False),
                                ("replaced_by__isnull", True),
                                ("void_kind", "duplicate"),
                            ),
                            models.Q(
                                ("disposition", "void"),
                                ("duplicate_of__isnull", True),
                                ("replaced_by__isnull", True),
                                ("void_kind", "adult"),
                                models.Q(("recipient", ""), _negated=True),
                            ),
                            models.Q(
                                ("disposition", "void"),
                                ("duplicate_of__isnull", True),
                                ("replaced_by__isnull", True),
                                ("void_kind", "not_identified"),
                            ),
                            _connector="OR",
                        ),
                        name="end_has_what_its_kind_needs",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("replaced_by__isnull", True),
                                models.Q(("replaced_by", models.F("case")), _negated=True),
                                _connector="OR",
                            ),
                            models.Q(
                                ("duplicate_of__isnull", True),
                                models.Q(("duplicate_of", models.F("case")), _negated=True),
                                _connector="OR",
                            ),
                        ),
                        name="end_points_to_another_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("acknowledged_at__isnull", True),
                                ("confirmed_at__isnull", True),
                                ("confirmed_by__isnull", True),
                            ),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("confirmed_by__isnull", False),
                                ("refused_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="end_is_confirmed_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by__isnull", True),
                            models.Q(("disposition", "void"), _negated=True),
                            models.Q(
                                models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                                ("acknowledged_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="void_is_confirmed_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_at__isnull", True),
                            models.Q(("disposition", "transferred"), _negated=True),
                            models.Q(
                                ("acknowledged_at__isnull", False), models.Q(("acknowledged_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="transfer_is_acknowledged",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("refusal", ""), ("refused_at__isnull", True), ("refused_by__isnull", True)),
                            models.Q(
                                ("refused_at__isnull", False),
                                ("refused_by__isnull", False),
                                models.Q(("refusal", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="end_is_refused_for_a_reason",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, GUARDS_BACK),
    ]
