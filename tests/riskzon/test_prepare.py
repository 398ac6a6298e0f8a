"""What `manage.py prepare` does once, and what it refuses."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from riskzon.models import User


@pytest.fixture
def static_root(settings, tmp_path: Path) -> Path:
    settings.STATIC_ROOT = tmp_path / "static"
    return settings.STATIC_ROOT


@pytest.mark.django_db
def test_static_files_are_collected_once_and_again_when_a_source_changed(settings, static_root):
    settings.RISKZON_DEMO = False
    call_command("prepare")
    collected = static_root / "ds" / "css" / "theme" / "designsystemet.css"
    assert collected.exists()

    collected.unlink()
    call_command("prepare")
    assert not collected.exists()

    static_root.with_suffix(".stamp").write_text("older sources")
    call_command("prepare")
    assert collected.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["tomorrow", "2027-03-28T01:30:00"])
def test_a_clock_that_names_no_moment_is_refused_before_anything_is_seeded(settings, static_root, given):
    settings.RISKZON_CLOCK = given

    with pytest.raises(CommandError, match="RISKZON_CLOCK: "):
        call_command("prepare")

    assert not User.objects.exists()
