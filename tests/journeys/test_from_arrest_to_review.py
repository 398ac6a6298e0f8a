"""Does the main job hold from end to end, in a browser, with every process of the product running?"""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.walker import Cost, Walker

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]

TILDE, NUMBER = "Tilde Påhittström", "20100702-2393"
WHAT_WAS_SAID = "Mamma Runa ber oss ringa hem först i kväll."


def test_an_arrest_is_logged_missed_reviewed_and_told_back(walk: Callable[..., Walker], record_property) -> None:
    per, karin, sara = walk("per.holm", width=390), walk("karin.ek"), walk("sara.lindh")

    arrest, number = _log_the_arrest(per)
    contact = _try_to_reach_her_mother(karin)
    _let_a_day_go_by(karin)
    _review_the_breach(sara, number)
    _reach_her_mother_too_late(karin)
    _hear_only_how_far_it_has_come(per, number)

    for cost in (arrest, contact):
        record_property(cost.work, str(cost))
        print(f"\n{cost}")
    assert arrest.by_hand < 120, "an arrest is logged in two minutes"
    assert contact.by_hand < 15, "a contact is registered in fifteen seconds"


def _log_the_arrest(per: Walker) -> tuple[Cost, str]:
    page = per.page
    per.begin("from Registrera gripen / LOB to the receipt, on a phone")
    per.press("Registrera gripen / LOB", within=page.get_by_role("main")).press("Gripen")
    per.write("Klockslag", "0820", within=page.get_by_role("group", name="När greps barnet?"))
    per.write("Personnummer, samordningsnummer eller reservnummer", NUMBER)
    per.write("Förnamn", "Tilde").write("Efternamn", "Påhittström")
    per.write("Vad har hänt?", "Gripen för stöld i en butik.")
    per.write("Namn", "Runa Påhittström").write("Telefon", "070-174 06 35").choose("Har vårdnaden?", "Ja")
    per.in_order()
    per.press("Registrera", "button")
    per.sees("Anmälan är registrerad", "24-timmarsfristen går ut tor 19 nov 2026 kl. 08.20")
    cost = per.done()
    per.in_order()
    number = page.get_by_role("region", name="Kvitto").get_by_text("2026-").inner_text()
    return cost, number


def _try_to_reach_her_mother(karin: Walker) -> Cost:
    page = karin.page
    page.goto(f"{karin.address}/?view=all")
    row = page.get_by_role("row").filter(has_text=TILDE)
    expect(row).to_contain_text("23 tim")
    expect(row).to_contain_text("Kontakt med vårdnadshavare, i morgon 08.20")

    karin.begin("from the worklist to a registered contact")
    karin.press(TILDE)
    karin.sees("Kontakt med vårdnadshavare eller beslut att avvakta", "23 tim", "i morgon 08.20")
    karin.press("Inget svar Runa Påhittström", "button")
    karin.sees("Kontakten är sparad. Den stoppar inte fristen.")
    cost = karin.done()

    karin.sees("Ett kontaktförsök", "Inte nådd").in_order()
    return cost


def _let_a_day_go_by(karin: Walker) -> None:
    karin.press("+24 tim", "button")
    karin.sees("tor 19 nov 2026 kl. 09.", "Överskriden: Kontakt med vårdnadshavare", "Fristen gick ut i dag 08.20.")
    karin.in_order()


def _review_the_breach(sara: Walker, number: str) -> None:
    page = sara.page
    sara.press("Enhetens läge").sees("Överskridna frister att granska eller göra klart")
    row = page.get_by_role("row").filter(has_text=f"{number}-1").filter(has_text="Kontakt med vårdnadshavare")
    expect(row).to_contain_text("Överskriden")
    expect(row).to_contain_text("Inget svar")
    expect(row).to_contain_text("Inte granskad")
    sara.in_order()

    row.get_by_role("link", name="Granska").click()
    sara.sees("Vad som hände", "Inget svar", "Runa Påhittström, Telefon, Karin Ek")
    page.get_by_label("Gick inte att nå", exact=True).check()
    sara.write("Vad har gjorts, eller ska göras?", "Ett samtal räckte inte. Två försök till samma dag är vår rutin.")
    sara.press("Spara granskningen", "button")
    sara.sees("Överskridandet är granskat. Det står kvar, med sin förklaring.", "Granskad", "Sara Lindh").in_order()

    sara.press("Enhetens läge", within=page.get_by_role("navigation", name="Huvudmeny"))
    expect(page.get_by_role("row").filter(has_text="Gick inte att nå")).to_contain_text("Överskriden")


def _reach_her_mother_too_late(karin: Walker) -> None:
    page = karin.page
    karin.press("Annan kontakt Runa Påhittström")
    karin.sees("Det är tiden för registreringen som räknas")
    page.get_by_label("Nådd. Stoppar fristen", exact=True).check()
    karin.write("Anteckning", WHAT_WAS_SAID).in_order()
    karin.press("Spara kontakt", "button")
    karin.sees("Kontakten är sparad. Fristen är klar, men efter tiden.", "Klar efter fristen").in_order()


def _hear_only_how_far_it_has_come(per: Walker, number: str) -> None:
    page = per.page
    page.goto(f"{per.address}/reports/own/")
    row = page.get_by_role("row").filter(has_text=TILDE)
    expect(row).to_contain_text("Nådd")
    per.in_order()
    per.press(TILDE).sees("Hur långt det har kommit", "Nådd efter fristen").in_order()
    per.sees_nowhere(WHAT_WAS_SAID, "Inget svar", "Gick inte att nå", "Ett samtal räckte inte", "Åtkomstlogg")
    per.press("Meddelanden 2 olästa", within=page.get_by_role("navigation", name="Huvudmeny"))
    per.sees(f"{number}-1").sees_nowhere(WHAT_WAS_SAID, "Runa", "Tilde")
