"""`make faults`: runs every experiment against a real start of the product and prints one JSON line for each."""

import sys
from pathlib import Path

import pytest

if __name__ == "__main__":
    sys.exit(pytest.main([str(Path(__file__).parent), "--quiet", "--capture=no", *sys.argv[1:]]))
