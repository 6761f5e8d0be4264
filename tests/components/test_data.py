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
from components.data import KEPT, MOST_KEPT, kept, weight

#: As long as what charts say to whoever points at them.
WORDS = [f"{n} из 100 партнёров в этом месяце" for n in range(100)]


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    KEPT.clear()
    yield
    KEPT.clear()


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
    block = MOST_KEPT // 8 // 10
    for n in range(20):
        kept(lambda: np.zeros(block * 8 // 8, dtype="int64"), n)
    assert KEPT.currsize <= MOST_KEPT
    assert 0 < len(KEPT) < 20
    assert (19,) in KEPT
    assert (0,) not in KEPT


def test_an_answer_larger_than_the_store_is_given_and_not_kept():
    size = MOST_KEPT // 8 + 1
    assert len(kept(lambda: np.zeros(size), "huge")) == size
    assert len(KEPT) == 0


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
