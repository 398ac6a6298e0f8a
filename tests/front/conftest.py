"""The gallery, running."""

from collections.abc import Iterator

import pytest

from tests.front.browser import chromium, open_page
from tests.front.server import gallery_server

__all__ = ["chromium", "gallery", "open_page"]


@pytest.fixture(scope="module")
def gallery() -> Iterator[str]:
    """The address of the gallery."""
    with gallery_server() as address:
        yield address
