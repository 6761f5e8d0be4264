"""One store of answers: bounded, made once for many, handed out so that nobody harms another."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from charts.picture import Picture
from components.data import kept, kept_answers, weight
from program.settings import settings

#: As long as what charts say to whoever points at them.
WORDS = [f"{n} из 100 партнёров в этом месяце" for n in range(100)]


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    kept_answers().clear()
    yield
    kept_answers().clear()


def test_what_many_ask_for_at_once_is_made_once():
    made, answers = [], []

    def make() -> int:
        made.append(threading.get_ident())
        time.sleep(0.05)
        return 7

    askers = [threading.Thread(target=lambda: answers.append(kept(make, "same"))) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert answers == [7] * 8
    assert len(made) == 1


def test_a_failure_is_not_kept_and_blocks_nobody():
    def fail() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        kept(fail, "question")
    assert kept(lambda: 3, "question") == 3


def test_every_part_of_the_key_tells_answers_apart():
    assert [kept(lambda n=n: n, "version", "question", n) for n in range(3)] == [0, 1, 2]
    assert [kept(lambda: None, "version", "question", n) for n in range(3)] == [0, 1, 2]


def test_the_store_stays_below_its_bound_and_forgets_the_oldest():
    most = settings().answers_memory_mb * 2**20
    for n in range(20):
        kept(lambda: np.zeros(most // 8 // 10, dtype="int64"), n)
    assert kept_answers().currsize <= most
    assert 0 < len(kept_answers()) < 20
    assert (19,) in kept_answers()
    assert (0,) not in kept_answers()


def test_an_answer_larger_than_the_store_is_given_and_not_kept():
    size = settings().answers_memory_mb * 2**20 // 8 + 1
    assert len(kept(lambda: np.zeros(size), "huge")) == size
    assert len(kept_answers()) == 0


@pytest.mark.parametrize(
    ("answer", "least"),
    [
        (pd.DataFrame({"n": np.arange(1000)}), 8000),
        (np.zeros(1000), 8000),
        ({"rows": [pd.DataFrame({"n": np.arange(1000)})]}, 8000),
        ("a" * 1000, 1000),
        (Picture([{"text": WORDS}]), sum(map(sys.getsizeof, WORDS))),
    ],
)
def test_the_weight_of_an_answer_is_about_its_bytes(answer: object, least: int):
    assert least <= weight(answer) < 2 * least
