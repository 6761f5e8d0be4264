"""The floor: two pages of Streamlit with a heading and a box, and nothing of ours."""

from __future__ import annotations

import streamlit as st
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def ready(_request: object) -> PlainTextResponse:
    """Answer as the dashboard does when it can be visited."""
    return PlainTextResponse('{"status": "ready"}')


app = st.App("pages/_router.py", routes=[Route("/readyz", ready)])
