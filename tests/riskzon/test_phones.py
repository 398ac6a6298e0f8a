"""A number for SMS is taken as people write it and kept in one form."""

import pytest
from django.db import IntegrityError, transaction

from riskzon.models import User
from riskzon.phones import BadPhone, parse_mobile, shown


@pytest.mark.parametrize(
    "typed",
    ["0701740606", "070-174 06 06", "070 174 06 06", "070/1740606", "+46701740606", "+46 70 174 06 06", "0046701740606",
     "+46 (0)70-174 06 06", " 070\u00a0174\u201106.06 "],
)  # fmt: skip
def test_a_mobile_number_is_kept_in_one_form(typed):
    assert parse_mobile(typed) == "+46701740606"


def test_a_number_is_shown_as_people_read_it():
    assert (shown("+46701740606"), shown("")) == ("070-174 06 06", "")


@pytest.mark.parametrize(
    "typed",
    ["031-390 06 06", "112", "070-174 06 0", "070-174 06 066", "+45 20 12 34 56", "+4670174060٦", "0711234567", "+", "-",
     "070+1740606", "70-174 06 06"],
)  # fmt: skip
def test_what_takes_no_sms_is_refused(typed):
    with pytest.raises(BadPhone):
        parse_mobile(typed)


@pytest.mark.parametrize(
    "typed", ["Eva", "070-174 06 06, kväll", "jour@kommunen.example", "070-174 06 06\n070-174 06 07x"]
)
def test_words_in_a_number_are_pointed_out(typed):
    with pytest.raises(BadPhone, match="siffror"):
        parse_mobile(typed)


@pytest.mark.django_db
@pytest.mark.parametrize("phone", ["0701740606", "+46313900606", "+46701740606\n", "+467017406061", "Eva"])
def test_the_database_keeps_nothing_else(phone):
    person = User.objects.create(username="eva", phone="+46701740606")

    with pytest.raises(IntegrityError, match="user_phone_takes_sms"), transaction.atomic():
        User.objects.filter(pk=person.pk).update(phone=phone)
