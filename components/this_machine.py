"""Whether a visit comes from this machine: the only ones that are served without sign-in.

Three things are looked at: the address that the server listens on, the address the visit comes
from, and what its headers say. A proxy that adds no header at all and rewrites ``Host`` to
localhost cannot be told from a browser on this machine; sign-in is the cure for every proxy.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from program.sign_in import is_loopback

#: Headers by which a proxy says that the visitor is somebody else.
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")

_LISTENS_ON = "server.address"


def listens_to_others() -> bool:
    """Return whether the server is configured to answer other machines."""
    return not is_loopback(st.get_option(_LISTENS_ON))


def comes_from_elsewhere(client: str | None, headers: Mapping[str, str]) -> bool:
    """Return whether a visit came from another machine, through a proxy, or under a foreign name.

    Parameters
    ----------
    client
        The visitor's address; ``None`` means this machine.
    headers
        Of the visit's handshake. The name in ``Host`` must be this machine's: a web page
        elsewhere can make its own name point here, and its script would then read along.
    """
    if client is not None and not is_loopback(client):
        return True
    if any(name in headers for name in FORWARDED):
        return True
    host = headers.get("Host", "")
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    return bool(headers) and not is_loopback(name)


def visit_comes_from_elsewhere() -> bool:
    """Return :func:`comes_from_elsewhere` for the visit of this session."""
    return comes_from_elsewhere(st.context.ip_address, st.context.headers)
