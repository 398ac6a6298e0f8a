"""The policy read for one case or one ground says what it says for all of them, for everybody, in a town where much happened."""

import pytest

from riskzon.access import Ground, ground_of, reached, read_in_full, visible_cases
from riskzon.granting import block
from riskzon.models import Case, User
from tests.factories import person
from tests.generator import Generator
from workflows.demo.people import ensure_people


@pytest.mark.slow
@pytest.mark.django_db
def test_one_case_and_all_cases_are_the_same_rule():
    town = Generator(seed=3, people=ensure_people())
    town.run(120)
    cases = list(Case.objects.order_by("registered_at", "ordinal"))
    for username, case in zip(("karin.ek", "sara.lindh", "per.holm", "jour.vakt", "lina.dahl"), cases, strict=False):
        block(person(username), case, by=person("sara.lindh"), reason="Jäv.", now=town.now)
    User.objects.filter(username="omar.nyman").update(is_active=False)

    grounds: set[str] = set()
    for user in User.objects.order_by("username"):
        all_of_them = {case.pk: case.ground for case in visible_cases(user, town.now)}
        one_by_one = {case.pk: ground for case in cases if (ground := ground_of(user, case.pk, town.now))}
        assert one_by_one == all_of_them, user.username
        for ground in Ground:
            those = set(reached(user, ground, town.now).values_list("pk", flat=True))
            assert those == {pk for pk, seen in all_of_them.items() if seen == ground}, (user.username, ground)
        in_full = {pk for pk, seen in all_of_them.items() if seen != Ground.FOLLOW}
        assert set(read_in_full(user, town.now).values_list("pk", flat=True)) == in_full, user.username
        grounds |= set(all_of_them.values())
    assert {"lead", "unit", "duty", "follow"} <= grounds
