"""Who lives in a municipality that does not exist?

Names are invented and say so; identity numbers have the birth numbers of the tax agency's published test set (238 and
239 for the young, 924 and 929 for their parents), telephone numbers come from the ranges that the telecom agency keeps
for fiction.
"""
# ruff: noqa: SIM905 - a list of names reads best as text

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

_GIRLS = (
    "Alma Bea Cilla Dafina Elsa Freja Greta Hodan Ines Jasmin Klara Leyla Maja Nora Olivia Petra Rana Signe Tilde Uma "
    "Vera Wilma Ylva Zara Ida Sama Ebba Minna"
).split()
_BOYS = (
    "Albin Bo Castor Dino Elias Folke Gustav Hamza Isak Jonatan Kevin Leo Malte Nils Omid Pelle Ruben Sixten Tage Ulf "
    "Viktor Wille Yusuf Zeb Arvid Milan Loke Theo"
).split()
_MOTHERS = (
    "Anna Britta Carina Daniela Eva Fatima Gunilla Helena Ingrid Jelena Katarina Linda Maria Nadja Pia Rita Susanne Tove "
    "Ulla Veronika Amina Marta"
).split()
_FATHERS = (
    "Anders Bengt Carl Dragan Erik Farid Göran Håkan Ivan Johan Kent Lars Mikael Nenad Olle Per Roger Stefan Tomas Ulrik "
    "Ahmed Jan"
).split()
_BEGINNINGS = "Fiktiv Test Prov Påhitt Exempel Låtsas Saga Dikt Skugg Pappers".split()
_ENDINGS = "sson berg gren lund ström kvist dal mark holm qvist".split()
_LANGUAGES = ("arabiska", "somaliska", "tigrinska", "dari", "bosniska", "engelska")


@dataclass(frozen=True)
class Parent:
    """One adult as a report would name one."""

    name: str
    identity_number: str
    phone: str
    relation: str
    is_custodian: bool | None = True
    language: str = ""

    def reported(self) -> dict[str, object]:
        """This adult as a guardian in the body of a report."""
        return {
            "name": self.name,
            "identity_number": self.identity_number,
            "phone": self.phone,
            "relation": self.relation,
            "is_custodian": self.is_custodian,
            "language": self.language,
            "interpreter": bool(self.language),
        }


@dataclass(frozen=True)
class Kid:
    """One child of a family."""

    given_name: str
    family_name: str
    born: date
    identity_number: str

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True)
class Family:
    """The children, youngest last, and the adults."""

    kids: tuple[Kid, ...]
    parents: tuple[Parent, ...]


@dataclass
class Town:
    """Makes up families, the same ones in the same order for the same `rng`; no identity number is given twice."""

    rng: Random
    _given: set[str] = field(default_factory=set)

    def family(self, on: date, *, youngest: int = 1, oldest: int = 17, kids: int | None = None) -> Family:
        """A family that nobody has met, whose children have these ages on the local date `on`."""
        rng = self.rng
        name = rng.choice(_BEGINNINGS) + rng.choice(_ENDINGS)
        ages = range(youngest, oldest + 1)
        count = min(kids or rng.choices((1, 2, 3, 4), (62, 26, 9, 3))[0], len(ages))
        chosen = sorted(rng.sample(ages, count), reverse=True)
        children = tuple(self._kid(name, age, on) for age in chosen)
        mother = self._parent(name, "mother", chosen[0], on)
        other = name if rng.random() < 0.7 else rng.choice(_BEGINNINGS) + rng.choice(_ENDINGS)
        father = self._parent(other, "father", chosen[0], on)
        kind = rng.random()
        if kind < 0.14:
            return Family(children, (mother,))
        if kind < 0.20:
            return Family(children, (father,))
        return Family(children, (mother, father))

    def _kid(self, family_name: str, age: int, on: date) -> Kid:
        is_girl = self.rng.random() < 0.42
        while True:
            born = self._day(age, on)
            number = identity_number(born, 238 if is_girl else 239)
            if number not in self._given:
                break
        self._given.add(number)
        return Kid(self.rng.choice(_GIRLS if is_girl else _BOYS), family_name, born, number)

    def _parent(self, family_name: str, relation: str, eldest: int, on: date) -> Parent:
        rng = self.rng
        is_mother = relation == "mother"
        while True:
            born = self._day(eldest + rng.randint(20, 38), on)
            number = identity_number(born, 924 if is_mother else 929)
            if number not in self._given:
                break
        self._given.add(number)
        return Parent(
            name=f"{rng.choice(_MOTHERS if is_mother else _FATHERS)} {family_name}",
            identity_number=number,
            phone=phone(rng),
            relation=relation,
            is_custodian=rng.choices((True, None), (94, 6))[0],
            language=rng.choice(_LANGUAGES) if rng.random() < 0.12 else "",
        )

    def _day(self, age: int, on: date) -> date:
        """A birth date at which somebody is `age` years old on the day `on`, and for some weeks more."""
        return on - timedelta(days=age * 365 + age // 4 + self.rng.randint(20, 330))


def identity_number(born: date, birth_number: int) -> str:
    """A personnummer with its right check digit (weights 2, 1, 2, ... over ÅÅMMDDNNN), as ÅÅÅÅMMDD-NNNN."""
    digits = f"{born:%y%m%d}{birth_number:03}"
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits))
    total = sum(product - 9 if product > 9 else product for product in doubled)
    return f"{born:%Y%m%d}-{birth_number:03}{-total % 10}"


def phone(rng: Random) -> str:
    """A number of the ranges for fiction: 070-174 06 05 to 99 or 031-390 06 00 to 99."""
    if rng.random() < 0.8:
        return f"070-174 06 {rng.randint(5, 99):02}"
    return f"031-390 06 {rng.randint(0, 99):02}"
