"""Are the compiled translations as new as their sources? Needs no gettext on the machine."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("riskzon", "notifications", "workflows")


def compile_stale(root: Path = ROOT) -> list[Path]:
    """Compile every `.po` of our packages whose `.mo` is missing or older; return those written."""
    sources = [po for package in PACKAGES for po in sorted((root / package).glob("locale/*/LC_MESSAGES/*.po"))]
    return [_compile(po) for po in sources if _is_stale(po)]


def _is_stale(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return not mo.exists() or mo.stat().st_mtime < po.stat().st_mtime


def _compile(po: Path) -> Path:
    mo, new = po.with_suffix(".mo"), po.with_suffix(".mo.new")
    with open(po, "rb") as source:
        catalogue = read_po(source, locale=po.parent.parent.name, abort_invalid=True)
    with open(new, "wb") as target:
        write_mo(target, catalogue)
    return new.replace(mo)
