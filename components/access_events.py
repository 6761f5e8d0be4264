"""Who came in, left or was refused, noted for the journal and the log, each time once.

Nothing of a token or a cookie is noted; an e-mail address only as the provider said it, within
bounds. The same event has the same id everywhere, so that every redraw, tab and restart of one
sign-in is one record. Somebody who is refused again and again is one record in some minutes, and
many who are refused are so many records and no more: a flood fills neither journal nor log.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

import streamlit as st

from components.recorder import now, recorder
from queries.audit import Action, AuditEvent

log = logging.getLogger("quality_program.access")
#: One refusal of the same address for the same reason is noted in so many seconds …
REFUSAL_SECONDS = 300
#: … and this many of all of them together.
MOST_REFUSALS = 100
#: No mail is delivered to a longer address.
_LONGEST_EMAIL = 254
_REMEMBERED = 5000
#: Why a page is refused to somebody who is served.
PAGE_OF_ANOTHER_ROLE = "page_of_another_role"


class AccessNotes:
    """Hands events to the journal once each; knows the latest ones by their ids."""

    def __init__(
        self, keep: Callable[[AuditEvent], None], clock: Callable[[], float] = time.time
    ) -> None:
        self._keep = keep
        self._clock = clock
        self._lock = threading.Lock()
        self._noted: OrderedDict[str, None] = OrderedDict()
        self._period, self._refusals = 0, 0

    def signed_in(self, session_id: str, email: str, role: str) -> None:
        """Note that a session began; for all its tabs and over restarts this is one event."""
        self._once((Action.SIGNED_IN, session_id), Action.SIGNED_IN, email, role)

    def signed_out(self, session_id: str, email: str, role: str = "") -> None:
        """Note that a session was ended by its owner."""
        self._once((Action.SIGNED_OUT, session_id), Action.SIGNED_OUT, email, role)

    def refused(
        self,
        email: str,
        reason: str,
        *,
        role: str = "",
        page: str = "",
        demonstration: bool = False,
    ) -> None:
        """Note that somebody was shown nothing, and why, as a code."""
        period = int(self._clock() // REFUSAL_SECONDS)
        self._once(
            (Action.REFUSED, email, reason, page, str(period)),
            *(Action.REFUSED, email, role, page, reason),
            period=period,
            demonstration=demonstration,
        )

    def _once(
        self,
        key: tuple[str, ...],
        action: Action,
        email: str,
        role: str,
        page: str = "",
        reason: str = "",
        *,
        period: int | None = None,
        demonstration: bool = False,
    ) -> None:
        number = hashlib.sha256("\n".join(key).encode("utf-8", "replace")).hexdigest()[:32]
        with self._lock:
            if number in self._noted:
                return
            if period is not None and not self._has_room(period):
                return
            self._noted[number] = None
            if len(self._noted) > _REMEMBERED:
                self._noted.popitem(last=False)
        # Other characters turn lines of the log around, and PostgreSQL refuses NUL.
        person = "".join(sign for sign in email if sign.isprintable())[:_LONGEST_EMAIL]
        log.info("%s: %r %s %s", action.value, person, reason, page)
        self._keep(
            AuditEvent(
                *(number, now(), person, role, action, page),
                reason=reason,
                demonstration=demonstration,
            )
        )

    def _has_room(self, period: int) -> bool:
        """Return whether one more refusal of this period is noted, and count it."""
        if period != self._period:
            self._period, self._refusals = period, 0
        self._refusals += 1
        if self._refusals == MOST_REFUSALS + 1:
            log.warning(
                "more than %d refusals in %d s: the rest of them is not noted",
                *(MOST_REFUSALS, REFUSAL_SECONDS),
            )
        return self._refusals <= MOST_REFUSALS


@st.cache_resource(show_spinner=False)
def access_notes() -> AccessNotes:
    """Return the process's notes about access."""
    return AccessNotes(lambda event: recorder().note(event))
