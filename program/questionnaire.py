"""The deck's preliminary questionnaire as data for the ``question`` table (version 1).

The wording is versioned data: another version is loaded like any other table. This module only
holds the version that the deck prints (slides «Анкета») so that demonstration data and a set
loaded without a ``question`` table have one.
"""

from __future__ import annotations

from dataclasses import dataclass

#: All answers of a survey lie in one number of 64 bits (``survey_fact.answers``): so many bits a
#: question, room for a score up to 14 and for none, and so many questions a version.
ANSWER_BITS, MOST_QUESTIONS = 4, 15
#: Separates the labels of a scale inside one text column, best label first.
LABEL_SEPARATOR = "|"

_YES_NO_RU = "Да|Скорее да|Сложно сказать|Скорее нет|Нет"
_YES_NO_EN = "Yes|Rather yes|Hard to say|Rather no|No"
_SATISFIED_RU = (
    "Полностью удовлетворен|Скорее удовлетворен|Сложно сказать"
    "|Скорее не удовлетворен|Полностью не удовлетворен"
)
_SATISFIED_EN = (
    "Fully satisfied|Rather satisfied|Hard to say|Rather dissatisfied|Fully dissatisfied"
)


@dataclass(frozen=True, slots=True)
class Question:
    """One question of one version; fields are the columns of the ``question`` table."""

    version: int
    code: str
    position: int
    subject: str
    text_ru: str
    text_en: str
    scale_labels_ru: str
    scale_labels_en: str
    scale_max: int = 5


def _q(
    position: int, code: str, subject: str, ru: str, en: str, scale: tuple[str, str]
) -> Question:
    return Question(1, code, position, subject, ru, en, *scale)


_YES_NO = (_YES_NO_RU, _YES_NO_EN)
_SATISFIED = (_SATISFIED_RU, _SATISFIED_EN)

DECK_QUESTIONNAIRE: tuple[Question, ...] = (
    _q(
        1,
        "goals",
        "partner",
        "Выполненный проект решает поставленные бизнес-задачи?",
        "Does the delivered project solve the business tasks it was made for?",
        (
            "Да, решает|Скорее решает|Сложно сказать|Скорее не решает|Нет, не решает",
            "Yes, it does|Rather yes|Hard to say|Rather not|No, it does not",
        ),
    ),
    _q(
        2,
        "design",
        "partner",
        "Насколько Вы удовлетворены дизайном проекта?",
        "How satisfied are you with the design of the project?",
        _SATISFIED,
    ),
    _q(
        3,
        "development",
        "partner",
        "Насколько Вы удовлетворены качеством разработки?",
        "How satisfied are you with the quality of development?",
        _SATISFIED,
    ),
    _q(
        4,
        "management",
        "partner",
        "Насколько Вы удовлетворены работой над проектом менеджеров разработчика?",
        "How satisfied are you with the work of the developer's managers on the project?",
        _SATISFIED,
    ),
    _q(
        5,
        "budget",
        "partner",
        "Проект был выполнен в рамках запланированного бюджета?",
        "Was the project done within the planned budget?",
        _YES_NO,
    ),
    _q(
        6,
        "speed",
        "partner",
        "Как Вы оцениваете скорость работы проекта?",
        "How do you rate the speed of the project?",
        (
            "Отлично|Хорошо|Сложно сказать|Скорее плохо|Плохо",
            "Excellent|Good|Hard to say|Rather bad|Bad",
        ),
    ),
    _q(
        7,
        "recommend_partner",
        "partner",
        "Будете ли Вы рекомендовать разработчика коллегам и знакомым?",
        "Will you recommend the developer to colleagues and friends?",
        _YES_NO,
    ),
    _q(
        8,
        "usability",
        "platform",
        "Удобно ли Вам работать с системой «1С-Битрикс: Управление сайтом»?",
        "Is it convenient for you to work with 1C-Bitrix: Site Management?",
        (
            "Удобно|Скорее удобно|Сложно сказать|Скорее неудобно|Неудобно",
            "Convenient|Rather convenient|Hard to say|Rather inconvenient|Inconvenient",
        ),
    ),
    _q(
        9,
        "features",
        "platform",
        "Насколько Вы удовлетворены функциональными возможностями системы?",
        "How satisfied are you with the functional capabilities of the system?",
        _SATISFIED,
    ),
    _q(
        10,
        "recommend_platform",
        "platform",
        "Будете ли Вы рекомендовать систему коллегам и знакомым?",
        "Will you recommend the system to colleagues and friends?",
        _YES_NO,
    ),
)
