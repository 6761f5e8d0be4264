"""The session as Streamlit's signed cookie tells it, for what happens outside of any page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value

from components.access import session_id_of
from components.access_events import access_notes
from components.signed_out import signed_out_sessions

USER_COOKIE = "_streamlit_user"


def claims_of(cookies: Mapping[str, str], secret: str) -> dict[str, Any]:
    """Return what the provider said, as ``st.user`` has it; empty without a cookie of ours.

    A long cookie comes in numbered parts, each signed.
    """

    def part(name: str) -> bytes | None:
        return decode_signed_value(secret, name, cookies.get(name, "").encode("latin-1", "ignore"))

    written = get_cookie_with_chunks(part, USER_COOKIE)
    try:
        claims = json.loads(written or b"{}")
    except ValueError:
        return {}
    if not isinstance(claims, dict):
        return {}
    claims.pop("origin", None)  # Streamlit compares it with the browser's and keeps it
    return claims


def end_session(cookies: Mapping[str, str], secret: str) -> bool:
    """End the session of these cookies; return whether it ended for good, or was none."""
    claims = claims_of(cookies, secret)
    if claims.get("is_logged_in") is not True:
        return True
    session_id = session_id_of(claims)
    for_good = signed_out_sessions().add(session_id)
    access_notes().signed_out(session_id, str(claims.get("email") or "").strip())
    return for_good
