"""Can the first day's work be done in a browser that runs no script at all?"""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.walker import Walker

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]

#: (given name, identity number, what is told about this child alone)
SIBLINGS = [
    ("Vilma", "20090608-2383", "Vilma har inte varit i skolan på tre veckor."),
    ("Love", "20130505-2399", "Love somnar på lektionerna."),
]
MOTHER, HER_NUMBER = "Signe Låtsaslund", "19820425-9264"


def test_a_concern_about_two_children_comes_to_an_opened_investigation(walk: Callable[..., Walker]) -> None:
    karin = walk("karin.ek", java_script_enabled=False)

    _register_both(karin)
    _reach_their_mother_once_for_both(karin)
    _assess(karin)
    _open_the_investigation(karin)


def _register_both(karin: Walker) -> None:
    page = karin.page
    karin.press("Ny anmälan", within=page.get_by_role("navigation", name="Huvudmeny")).press("Orosanmälan")
    karin.choose("Vem anmäler?", "Skola eller förskola")
    karin.press("Lägg till barn", "button")
    for place, (given, number, told) in enumerate(SIBLINGS, 1):
        child = page.get_by_role("region", name=f"Barn {place}", exact=True)
        karin.write("Personnummer, samordningsnummer eller reservnummer", number, within=child)
        karin.write("Förnamn", given, within=child).write("Efternamn", "Låtsaslund", within=child)
        karin.write("Vad gäller det?", told, within=child)
        mother = child.get_by_role("group", name="Vårdnadshavare 1")
        karin.write("Namn", MOTHER, within=mother).write("Telefon", "070-174 06 12", within=mother)
        mother.get_by_label("Har vårdnaden?").select_option(label="Ja")
        mother.get_by_text("Personnummer, språk och tolk").click()
        karin.write("Personnummer", HER_NUMBER, within=mother)
    karin.press("Är barnet känt?", "button", within=page.get_by_role("region", name="Barn 1", exact=True))
    karin.sees("Inget barn med de uppgifterna är känt.").in_order()
    expect(page.get_by_role("region", name="Barn 2", exact=True).get_by_label("Förnamn")).to_have_value("Love")
    karin.press("Registrera", "button")
    karin.sees("Anmälan är registrerad", "2 ärenden", "Vilma Låtsaslund", "Love Låtsaslund").in_order()


def _reach_their_mother_once_for_both(karin: Walker) -> None:
    page = karin.page
    karin.press("Vilma Låtsaslund").sees(SIBLINGS[0][2]).sees_nowhere(SIBLINGS[1][2])
    karin.press("Ta ärendet", "button").sees("Handläggare Karin Ek")
    karin.press(f"Annan kontakt {MOTHER}")
    page.get_by_label("Nådd. Stoppar fristen", exact=True).check()
    page.get_by_role("group", name="Gällde samtalet syskon också?").get_by_role("checkbox").check()
    karin.press("Spara kontakt", "button")
    karin.sees("Kontakten är sparad. Fristen är klar i tid.").in_order()

    page.goto(f"{karin.address}/?view=all")
    karin.press("Love Låtsaslund").sees(SIBLINGS[1][2], "Nådd").sees_nowhere(SIBLINGS[0][2])


def _assess(karin: Walker) -> None:
    page = karin.page
    karin.press("Gör skyddsbedömning")
    page.get_by_label("Nej, inget omedelbart skyddsbehov", exact=True).check()
    karin.write("Vad bygger bedömningen på?", "Samtal med Love och med mamma.")
    karin.press("Spara bedömningen", "button")
    karin.sees("Inget omedelbart skyddsbehov").in_order()


def _open_the_investigation(karin: Walker) -> None:
    karin.press("Beslut om utredning").sees("Förslag: inled utredning.")
    karin.press("Fatta beslutet", "button")
    karin.sees("Utredningen är inledd. Den ska vara klar inom fyra månader.", "Utredning inledd").in_order()
    karin.press("Ärendets gång").sees("Samma sak i ord").in_order()
