"""The folder of a study with a development."""

import pytest
from developments import CONSTRUCTS, ITEMS, write


@pytest.fixture
def folder(tmp_path):
    """A study folder with a development of two constructs."""
    for name in ("config", "development", "data/raw"):
        (tmp_path / name).mkdir(parents=True)
    write(tmp_path, "development/constructs.yaml", CONSTRUCTS)
    write(tmp_path, "development/items.yaml", {"items": ITEMS})
    return tmp_path
