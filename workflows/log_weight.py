"""What speaks for a look at a reading, and which readings are the heaviest?

Nothing here decides anything but who is looked at: a name that is the same is a reason to ask, and no more.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from notifications import roster
from riskzon.access import Ground
from riskzon.names import name_key
from workflows.models_reviews import Flag

#: So many are drawn by weight, the heaviest first: one for each person and case.
HEAVIEST = 40
#: How much each thing speaks for a look.
WEIGHTS = {
    Flag.OWN_CHILD: 8,
    Flag.EMERGENCY: 8,
    Flag.SAME_NAME: 6,
    Flag.PROTECTED: 4,
    Flag.NIGHT: 4,
    Flag.EXPORT: 3,
    Flag.MANY_SEARCHES: 3,
    Flag.NO_RELATION: 1,
}
#: Somebody who has had nothing to do with the case, and whom jäv keeps or has kept from the child. No flag of its own: who has
#: declared jäv is not for the log reviewer.
BIASED = 5
#: More than so many searches and look-ups on one local day are many; so are more lists than that on one night.
SEARCHES = 20
#: What is work in a case; not that one reads it, takes an extract of it, or says that one is biased.
CASEWORK = (
    *("report", "take", "take_over", "assign", "hand_over", "name_liaison", "contact", "write_off", "inform_child"),
    *("assessment", "disposition", "feedback", "feedback_request", "supplement", "times", "note", "identify"),
    *("guardian", "hold", "hold_not_needed", "hold_confirm", "hold_refuse", "hold_renew", "hold_end", "breach_review"),
    *("end_propose", "end_confirm", "end_refuse", "disclose", "disclose_correct", "investigation_told"),
    *("investigation_plan", "investigation_heard", "investigation_extend", "investigation_close"),
)
#: Words between names that many share.
_PARTICLES = frozenset(
    ("von", "van", "de", "der", "den", "del", "da", "di", "la", "av", "af", "al", "el", "bin", "ibn", "abu")
)

_Key = tuple[UUID, UUID | None, bool]


def heaviest(bounds: Mapping[str, Any]) -> dict[int, frozenset[Flag]]:
    """The heaviest readings, by the id of the row, each with all that speaks for it; `bounds` as `log_sample` has them.

    One for each person and case, one for each person's lists. A look-up that finds several cases is one reading.
    """
    own, named = _kin(bounds)
    wanted = {
        **bounds,
        **_pairs("own", own),
        **_pairs("named", named),
        "zone": settings.TIME_ZONE,
        "many": SEARCHES,
        "emergency": Ground.EMERGENCY.value,
        "duty": Ground.DUTY.value,
        "unrelated": [Ground.UNIT.value, Ground.READ.value, Ground.DUTY.value],
        "casework": list(CASEWORK),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SUSPECTS, wanted)
        return _heaviest(cursor.fetchall())


def _heaviest(rows: Iterable[tuple[Any, ...]]) -> dict[int, frozenset[Flag]]:
    rota = roster.read()
    found: dict[int, frozenset[Flag]] = defaultdict(frozenset)
    weights: dict[int, int] = {}
    best: dict[_Key, tuple[int, int]] = {}
    for entry, actor, case, at, is_list, on_duty, is_biased, *marks in rows:
        flags = {flag for flag, is_so in zip(_MARKS, marks, strict=True) if is_so}
        if (Flag.NIGHT in flags or on_duty) and actor in rota.on_duty(at):
            flags -= {Flag.NIGHT, Flag.NO_RELATION} if on_duty else {Flag.NIGHT}
        if not flags:
            continue
        extra = BIASED if is_biased and Flag.NO_RELATION in flags else 0
        weight = extra + sum(WEIGHTS[flag] for flag in flags)
        found[entry] |= flags
        weights[entry] = max(weights.get(entry, 0), extra + sum(WEIGHTS[flag] for flag in found[entry]))
        key = (actor, case, is_list)
        if weight > best.get(key, (0, 0))[0]:
            best[key] = (weight, entry)
    drawn = {entry for _weight, entry in best.values()}
    return {entry: found[entry] for entry in sorted(drawn, key=lambda one: (-weights[one], one))[:HEAVIEST]}


def _kin(bounds: Mapping[str, Any]) -> tuple[list[tuple[UUID, UUID]], list[tuple[UUID, UUID]]]:
    """Person and case: where a guardian may be the person, and where a family name is the person's own."""
    own, named = [], []
    with connection.cursor() as cursor:
        cursor.execute(_NAMES, bounds)
        for actor, case, given, family, child, adults in cursor.fetchall():
            mine, first = _words(family), _words(given)
            guardians = [_words(adult) for adult in adults]
            if any(mine & adult and first & adult for adult in guardians):
                own.append((actor, case))
            if any(mine & words for words in (_words(child), *guardians)):
                named.append((actor, case))
    return own, named


def _words(name: str) -> set[str]:
    """The words of a name as they are compared: of `Ek-Dahl` both, no initials, no *von*."""
    return {word for word in name_key(name).split() if len(word) > 1} - _PARTICLES


def _pairs(name: str, pairs: Iterable[tuple[UUID, UUID]]) -> dict[str, list[UUID]]:
    found = list(pairs)
    return {f"{name}_people": [one for one, _case in found], f"{name}_cases": [case for _one, case in found]}


FROM = """
  FROM riskzon_auditentry AS e
 WHERE e.id > %(after)s AND e.product_at >= %(start)s AND e.product_at < %(end)s
   AND e.actor_id IS NOT NULL AND e.action = ANY (%(readings)s)
"""
#: In the order of the columns of `_SUSPECTS`.
_MARKS = (
    Flag.OWN_CHILD,
    Flag.EMERGENCY,
    Flag.SAME_NAME,
    Flag.PROTECTED,
    Flag.NIGHT,
    Flag.EXPORT,
    Flag.MANY_SEARCHES,
    Flag.NO_RELATION,
)
# A reading is looked at by the case that it opened, a look-up by each case that it found.
_ABOUT = """
      LEFT JOIN LATERAL (
               SELECT r.case_id WHERE r.case_id IS NOT NULL
                UNION ALL
               SELECT unnest(r.cases) WHERE r.case_id IS NULL AND r.action = 'lookup'
           ) AS one (case_id) ON true
"""
_NAMES = f"""
WITH reading AS (SELECT e.actor_id, e.action, e.case_id, e.cases {FROM} AND e.action <> 'list'),
     about AS (SELECT DISTINCT r.actor_id, one.case_id FROM reading AS r {_ABOUT} WHERE one.case_id IS NOT NULL)
SELECT a.actor_id, a.case_id, person.first_name, person.last_name, k.family_name,
       ARRAY(SELECT adult.name FROM riskzon_guardianship AS g JOIN riskzon_guardian AS adult ON adult.id = g.guardian_id
              WHERE g.child_id = k.id)
  FROM about AS a
  JOIN riskzon_user AS person ON person.id = a.actor_id
  JOIN riskzon_case AS c ON c.id = a.case_id
  JOIN riskzon_child AS k ON k.id = c.child_id
"""  # noqa: S608 - nothing of it comes from outside
# A search is one of a day, a list one of a night. Work counts that was done by the end of the day of the reading: who opens a
# case to work in it opens it first.
_SUSPECTS = f"""
WITH told AS (
    SELECT e.id, e.actor_id, e.action, e.ground, e.product_at, e.case_id, e.cases,
           (e.product_at AT TIME ZONE %(zone)s)::date AS day,
           extract(hour FROM e.product_at AT TIME ZONE %(zone)s) NOT BETWEEN 6 AND 21 AS at_night
    {FROM}
), reading AS (
    SELECT told.*,
           count(*) FILTER (WHERE action IN ('search', 'lookup')) OVER one_day AS searches,
           count(*) FILTER (WHERE action = 'list' AND at_night) OVER one_day AS lists
      FROM told WINDOW one_day AS (PARTITION BY actor_id, day)
), work AS (
    SELECT done.case_id, done.actor_id, (min(done.product_at) AT TIME ZONE %(zone)s)::date AS since
      FROM riskzon_auditentry AS done
     WHERE done.case_id IN (SELECT case_id FROM told) AND done.product_at < %(end)s
       AND done.action IN ('change', 'register') AND done.what = ANY (%(casework)s)
     GROUP BY done.case_id, done.actor_id
), marked AS (
    SELECT r.id, r.actor_id, one.case_id, r.product_at, r.action = 'list' AS is_list, r.ground = %(duty)s AS on_duty,
           EXISTS (
               SELECT 1 FROM riskzon_caseblock AS b WHERE b.child_id = c.child_id AND b.user_id = r.actor_id
           ) AS is_biased,
           (r.actor_id, one.case_id) IN (
               SELECT * FROM unnest(%(own_people)s::uuid[], %(own_cases)s::uuid[])
           ) AS own_child,
           r.ground = %(emergency)s AS emergency,
           (r.actor_id, one.case_id) IN (
               SELECT * FROM unnest(%(named_people)s::uuid[], %(named_cases)s::uuid[])
           ) AS same_name,
           k.protected_identity <> 'none' AS protected,
           r.at_night AND (r.action <> 'list' OR r.lists > %(many)s) AS night,
           r.action = 'export' AS export,
           r.action IN ('search', 'lookup') AND r.searches > %(many)s AS many_searches,
           r.action IN ('open', 'export') AND r.ground = ANY (%(unrelated)s) AND c.assignee_id IS DISTINCT FROM r.actor_id
               AND (work.since IS NULL OR work.since > r.day)
               AND NOT EXISTS (
                   SELECT 1 FROM riskzon_casegrant AS given
                    WHERE given.case_id = one.case_id AND given.user_id = r.actor_id
               ) AS no_relation
      FROM reading AS r {_ABOUT}
      LEFT JOIN riskzon_case AS c ON c.id = one.case_id
      LEFT JOIN riskzon_child AS k ON k.id = c.child_id
      LEFT JOIN work ON work.case_id = one.case_id AND work.actor_id = r.actor_id
)
SELECT id, actor_id, case_id, product_at, is_list, on_duty, is_biased,
       own_child, emergency, same_name, protected, night, export, many_searches, no_relation
  FROM marked
 WHERE own_child OR emergency OR same_name OR protected OR night OR export OR many_searches OR no_relation
 ORDER BY id
"""  # noqa: S608 - nothing of it comes from outside
