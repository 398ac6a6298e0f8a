"""How does a shift get from one person to another, in one step, and never to two?"""

from datetime import date

import pytest

from notifications import roster
from notifications.models import DutyOffer, Message
from notifications.roster import planning, swaps
from riskzon import clock
from riskzon.errors import Conflict, Invalid, Refused, Unseen
from riskzon.models import User
from tests.acts import HOUR, at_once, move
from tests.duty import extra, shift_of
from tests.factories import at, person

SATURDAY = "2026-11-14"
NOON = "2026-11-14T12:00:00+01:00"


def offered(to: str = "") -> DutyOffer:
    whom = person(to).pk if to else None
    return swaps.offer(person("jour.vakt"), *shift_of("jour.vakt", SATURDAY), to=whom)


def on_duty() -> list[str]:
    return [User.objects.get(pk=one).username for one in roster.on_duty(at(NOON))]


def told(kind: str) -> set[str]:
    return set(Message.objects.filter(kind=kind).values_list("recipient__username", flat=True))


def test_a_shift_that_is_offered_is_still_ones_own_until_it_is_taken() -> None:
    offer = offered()
    assert on_duty() == ["jour.vakt"]
    at("2026-11-13T15:00:00+01:00")
    swaps.take(person("jour.reserv"), offer.pk)
    assert on_duty() == ["jour.reserv"]
    offer.refresh_from_db()
    assert (offer.from_person.username, offer.taken_by.username, offer.moved_by.username) == (
        "jour.vakt",
        "jour.reserv",
        "jour.reserv",
    )


def test_who_is_asked_is_told_and_so_is_the_one_whose_shift_was_taken(third: User) -> None:
    first = offered()
    assert told("shift_offered") == {"jour.reserv", "jour.tredje"}
    swaps.withdraw(person("jour.vakt"), first.pk)
    offer = offered(to="jour.reserv")
    second = Message.objects.get(kind="shift_offered", key=f"{offer.pk}:offered")
    assert second.recipient.username == "jour.reserv"
    swaps.take(person("jour.reserv"), offer.pk)
    assert told("shift_taken") == {"jour.vakt"}
    message = Message.objects.get(kind="shift_taken")
    assert message.facts == {"at": "2026-11-13T23:00:00+00:00"}


def test_only_whoever_has_the_shift_offers_it() -> None:
    for username in ("jour.reserv", "karin.ek", "sara.lindh", "it.admin"):
        with pytest.raises(Unseen):
            swaps.offer(person(username), *shift_of("jour.vakt", SATURDAY))
    offer = offered()
    swaps.take(person("jour.reserv"), offer.pk)
    with pytest.raises(Unseen):
        swaps.offer(person("jour.vakt"), *shift_of("jour.vakt", SATURDAY))
    again = swaps.offer(person("jour.reserv"), *shift_of("jour.vakt", SATURDAY))
    swaps.take(person("jour.vakt"), again.pk)
    assert on_duty() == ["jour.vakt"]


def test_a_shift_is_offered_once_at_a_time_and_to_somebody_who_can_take_it() -> None:
    with pytest.raises(Invalid):
        offered(to="karin.ek")
    with pytest.raises(Invalid):
        offered(to="jour.vakt")
    offered()
    with pytest.raises(Conflict):
        offered()


def test_what_is_asked_of_one_is_taken_by_nobody_else(third: User) -> None:
    offer = offered(to="jour.reserv")
    for username in ("jour.tredje", "jour.vakt", "karin.ek", "sara.lindh"):
        with pytest.raises(Unseen):
            swaps.take(User.objects.get(username=username), offer.pk)
    assert on_duty() == ["jour.vakt"]


def test_an_offer_that_is_declined_or_withdrawn_is_not_taken_any_more() -> None:
    offer = offered(to="jour.reserv")
    swaps.withdraw(person("jour.reserv"), offer.pk)
    assert told("shift_declined") == {"jour.vakt"}
    with pytest.raises(Conflict, match="Passet är kvar hos Eva Strand"):
        swaps.take(person("jour.reserv"), offer.pk)
    with pytest.raises(Conflict):
        swaps.withdraw(person("jour.vakt"), offer.pk)
    with pytest.raises(Unseen):
        swaps.withdraw(person("sara.lindh"), offered().pk)


def test_nobody_takes_a_shift_while_having_another() -> None:
    extra("jour.reserv", SATURDAY, "10.00", "11.00")
    offer = offered()
    with pytest.raises(Invalid) as refused:
        swaps.take(person("jour.reserv"), offer.pk)
    assert "Sixten Fiktivdal har redan ett pass då" in refused.value.errors[0][1]
    assert DutyOffer.objects.get().taken_at is None


def test_whoever_has_left_socialjouren_takes_nothing() -> None:
    offer = offered()
    User.objects.filter(username="jour.reserv").update(unit=None)
    with pytest.raises(Unseen):
        swaps.take(person("jour.reserv"), offer.pk)


def test_a_shift_that_is_over_or_called_off_is_not_taken() -> None:
    offer = offered()
    planning.call_off(person("sara.lindh"), *shift_of("jour.vakt", SATURDAY))
    with pytest.raises(Conflict):
        swaps.take(person("jour.reserv"), offer.pk)
    sunday = swaps.offer(person("jour.vakt"), *shift_of("jour.vakt", "2026-11-15"))
    at("2026-11-16T00:00:00+01:00")
    with pytest.raises(Conflict):
        swaps.take(person("jour.reserv"), sunday.pk)


def test_a_running_shift_is_handed_over_from_now_on() -> None:
    at(NOON)
    offer = offered()
    move(HOUR)
    swaps.take(person("jour.reserv"), offer.pk)
    now = clock.now()
    assert roster.on_duty(now - HOUR / 2) == [person("jour.vakt").pk]
    assert roster.on_duty(now) == [person("jour.reserv").pk]


@pytest.mark.parametrize("username", ["sara.lindh", "maria.oberg"])
def test_a_supervisor_moves_a_shift_at_once_and_both_are_told(username: str) -> None:
    offered()
    moved = swaps.move(person(username), *shift_of("jour.vakt", SATURDAY), to=person("jour.reserv").pk)
    assert on_duty() == ["jour.reserv"]
    assert (told("shift_given"), told("shift_left")) == ({"jour.reserv"}, {"jour.vakt"})
    assert moved.moved_by.username == username
    # Nobody is asked for it any longer.
    assert DutyOffer.objects.filter(taken_at=None, ended_at=None).count() == 0


def test_a_shift_of_somebody_who_has_left_is_moved_too() -> None:
    User.objects.filter(username="jour.vakt").update(is_active=False)
    swaps.move(person("sara.lindh"), *shift_of("jour.vakt", SATURDAY), to=person("jour.reserv").pk)
    assert on_duty() == ["jour.reserv"]


def test_a_shift_is_moved_to_somebody_else_at_socialjouren_only() -> None:
    for to in ("karin.ek", "jour.vakt"):
        with pytest.raises(Invalid):
            swaps.move(person("sara.lindh"), *shift_of("jour.vakt", SATURDAY), to=person(to).pk)
    for username in ("jour.vakt", "karin.ek", "stina.berg"):
        with pytest.raises(Unseen):
            swaps.move(person(username), *shift_of("jour.vakt", SATURDAY), to=person("jour.reserv").pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_two_who_take_a_shift_at_once_have_one_winner_and_the_other_reads_who_has_it(turn: int, third: User) -> None:
    offer = offered()
    results = at_once(
        lambda: swaps.take(User.objects.get(username="jour.reserv"), offer.pk),
        lambda: swaps.take(User.objects.get(username="jour.tredje"), offer.pk),
    )
    won = [one for one in results if isinstance(one, DutyOffer)]
    lost = [one for one in results if isinstance(one, Refused)]
    assert (len(won), len(lost)) == (1, 1), results
    assert isinstance(lost[0], Conflict)
    assert lost[0].message == f"{won[0].taken_by} har redan tagit passet."
    assert on_duty() == [won[0].taken_by.username]


@pytest.mark.django_db(transaction=True)
def test_two_overlapping_shifts_written_at_once_are_not_both_kept() -> None:
    def add() -> object:
        return planning.add_extra(
            User.objects.get(username="sara.lindh"),
            person=User.objects.get(username="jour.reserv").pk,
            day=date(2026, 11, 14),
            starts=480,
            ends=600,
            is_lead=False,
        )

    results = at_once(add, add)
    assert sorted(type(one).__name__ for one in results) == ["DutyExtra", "Invalid"]
