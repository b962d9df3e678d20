import pytest


@pytest.fixture
def folder(faulty, request):
    """A folder for one test, with the state and the site of the first run of the file's ``faulty``."""
    return faulty.fresh(request.node.name.replace("/", "-"))
