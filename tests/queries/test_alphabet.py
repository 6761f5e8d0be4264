"""Names stand where Russian readers look for them, on both engines."""

from __future__ import annotations

from sqlalchemy import literal, select, union_all

from queries.alphabet import alphabetical


def test_yo_stands_with_ye_and_not_before_a_or_after_ya(both_engines):
    words = ("Яблоко", "Ёлка", "Егор", "Арбуз", "Ель", "Берёза", "Береста", "Бересклет")
    names = union_all(*(select(literal(word).label("name")) for word in words)).subquery()
    for connection in both_engines:
        order = select(names.c.name).order_by(alphabetical(names.c.name).collate("C"))
        assert connection.execute(order).scalars().all() == [
            "Арбуз", "Берёза", "Бересклет", "Береста", "Егор", "Ёлка", "Ель", "Яблоко",
        ]  # fmt: skip
