"""Words for the codes that the data speaks in: tiers, editions, kinds, countries, states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel import Locale

from metrics.coverage import Group
from metrics.keys import KeyReason
from program.language import N_, _, catalogue, current_language
from queries.filters import BaseSize

TIERS = {"business": N_("Business"), "certified": N_("Certified"), "gold": N_("Gold")}
KINDS = {
    "commercial": N_("commercial"),
    "nfr": N_("NFR (not for resale)"),
    "demo": N_("demonstration"),
}
EDITIONS = {
    "start": N_("Start"),
    "standard": N_("Standard"),
    "small_business": N_("Small Business"),
    "business": N_("Business edition"),
    "business_cluster": N_("Business Cluster"),
    "business_cluster_postgresql": N_("Business Cluster (PostgreSQL)"),
    "bitrix24": N_("Bitrix24"),
    "bitrix24_shop": N_("Bitrix24 + shop"),
    "bitrix24_enterprise": N_("Bitrix24 Enterprise"),
}
DELIVERY_STATUSES = {
    "accepted": N_("accepted"),
    "pending": N_("under review"),
    "rejected": N_("rejected"),
}
GROUPS = {
    Group.WILL_LOSE: N_("Will lose"),
    Group.CAN_GAIN: N_("Can gain"),
    Group.NEAR: N_("Near the threshold"),
    Group.IN_RESERVE: N_("In reserve"),
    Group.NO_BASE: N_("No base"),
}
GROUPS_EXPLAINED = {
    Group.WILL_LOSE: N_(
        "The competence is held now; with today's records it is removed: deliveries are missing, "
        "or no key is left in the base."
    ),
    Group.CAN_GAIN: N_("Without the competence now; has keys in the base and can still gain it."),
    Group.NEAR: N_(
        "Keeps the competence, but the decision turns on few keys or on activations still pending."
    ),
    Group.IN_RESERVE: N_("Keeps the competence with keys to spare, whatever is activated."),
    Group.NO_BASE: N_(
        "Without the competence now, and no counted and activated keys were bought in the window: "
        "coverage is undefined."
    ),
}
#: The same groups of an evaluation that is over.
GROUPS_DECIDED = GROUPS | {
    Group.WILL_LOSE: N_("Lost"),
    Group.CAN_GAIN: N_("Could gain"),
}
GROUPS_DECIDED_EXPLAINED = {
    Group.WILL_LOSE: N_(
        "Held the competence before the evaluation; by today's records it was removed: deliveries "
        "were missing, or no key was left in the base."
    ),
    Group.CAN_GAIN: N_(
        "Without the competence before the evaluation, with keys in the base; first those who "
        "missed least, last those who gained it."
    ),
    Group.NEAR: N_("Kept the competence, but few keys decided."),
    Group.IN_RESERVE: N_("Kept the competence with keys to spare."),
    Group.NO_BASE: N_(
        "Without the competence before the evaluation, and no counted and activated keys were "
        "bought in the window: coverage is undefined."
    ),
}
KEY_REASONS = {
    KeyReason.DELIVERED: N_("Counts: delivered"),
    KeyReason.NOT_DELIVERED: N_("In the base, not delivered"),
    KeyReason.DELIVERY_PENDING: N_("In the base, delivery under review"),
    KeyReason.DELIVERY_REJECTED: N_("In the base, delivery rejected"),
    KeyReason.DELIVERED_BY_ANOTHER: N_("In the base, delivered by another partner"),
    KeyReason.NOT_ACTIVATED: N_("Not activated: not in the base yet"),
    KeyReason.BOUGHT_BEFORE: N_("Not counted: bought before the window"),
    KeyReason.BOUGHT_AFTER: N_("Not counted: bought after the window"),
    KeyReason.KIND_NOT_COUNTED: N_("Not counted: this kind of key does not count"),
}
BASE_SIZES = {
    BaseSize.FEW: N_("1–9 keys"),
    BaseSize.SOME: N_("10–49 keys"),
    BaseSize.MANY: N_("50 keys and more"),
}


#: Federal districts; the records call them by their Russian names.
DISTRICTS = (
    N_("Central"),
    N_("Northwestern"),
    N_("Southern"),
    N_("North Caucasian"),
    N_("Volga"),
    N_("Ural"),
    N_("Siberian"),
    N_("Far Eastern"),
)


def word(words: Mapping[Any, str], code: str) -> str:
    """Return the word for ``code`` in the current language; an unknown code stands for itself."""
    return _(words[code]) if code in words else code


def country(code: str) -> str:
    """Return the name of a country by its ISO code, from Babel's territories."""
    return str(Locale(current_language()).territories.get(code, code))


def district(name: str) -> str:
    """Return a federal district in the current language; an unknown one stands for itself."""
    in_records = catalogue("ru").gettext
    return next((_(known) for known in DISTRICTS if in_records(known) == name), name)
