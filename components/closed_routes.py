"""Routes of Streamlit that no page needs: answered as if there were none."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from components.this_machine import comes_from_elsewhere

#: Takes files, and answers with a header that lets other origins in.
UPLOADS = "/_stcore/upload_file"
#: Counts sessions and memory: for whoever looks after the server, on its machine.
METRICS = "/_stcore/metrics"


class ClosedRoutes:
    """ASGI middleware: uploads for nobody, the counters of the server for this machine only."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything else on."""
        answer = Response(status_code=404) if _is_closed(scope) else self.app
        await answer(scope, receive, send)


def _is_closed(scope: Scope) -> bool:
    if scope["type"] != "http":
        return False
    if UPLOADS in scope["path"]:
        return True
    client = scope.get("client")
    return METRICS in scope["path"] and comes_from_elsewhere(
        client[0] if client else None, Headers(scope=scope)
    )
