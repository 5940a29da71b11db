"""The journal on a real server, with writers in processes of their own."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from uuid import uuid4

import pytest
from tests.integration.stores.conftest import Weed
from tests.unit.journal.story import MODEL, Story

from evergreen.core.errors import Refused
from evergreen.core.settings import Settings
from evergreen.journal.decisions import record_promotion
from evergreen.journal.entry import Draft
from evergreen.journal.journal import Journal
from evergreen.journal.verify import verify
from evergreen.stores.s3 import open_store

pytestmark = pytest.mark.integration


def _write(config: Settings, model: str, writer: int) -> list[int]:
    journal = Journal(open_store(config), model)
    return [journal.record(Draft(kind="note", key=f"{writer}/{n}", body={})).sequence for n in range(5)]


def _promote(config: Settings, number: int) -> str:
    try:
        return record_promotion(Journal(open_store(config), MODEL), Story(number).promotion).uuid
    except Refused as refusal:
        return str(refusal)


def test_processes_that_append_at_once_lose_nothing(weed: Weed) -> None:
    config, model = weed.settings(), f"m{uuid4().hex[:8]}"
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        numbers = [n for written in pool.map(_write, [config] * 4, [model] * 4, range(4)) for n in written]
    assert sorted(numbers) == list(range(1, 21))
    result = verify(open_store(config), model)
    assert (result.entries, result.fault) == (20, None)


def test_of_processes_that_promote_at_once_one_wins(weed: Weed) -> None:
    config = weed.settings()
    for number in range(1, 5):
        Story(number).clear(Journal(open_store(config), MODEL))
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        answers = list(pool.map(_promote, [config] * 4, range(1, 5)))
    refused = [answer for answer in answers if "is champion now" in answer]
    champion = Journal(open_store(config), MODEL).state().champion
    assert champion is not None
    assert len(refused) == 3
    assert f"version {champion.version} (entry {champion.sequence}) is champion now" in refused[0]
