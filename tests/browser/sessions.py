"""Visits without a browser: what the front end says to the server, many at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from tests.browser.server import Server

#: A visit that has not been answered by then never will be.
_MOST_SECONDS = 90


@dataclass
class Session:
    """One WebSocket session, as a tab has it; keeps the texts of its latest run."""

    connection: ClientConnection
    texts: list[str] = field(default_factory=list)

    def run(self, address: str = "") -> list[str]:
        """Open a page (its path and query) and return every text that was drawn."""
        path, _, query = address.partition("?")
        asked = BackMsg()
        asked.rerun_script.page_name = path
        asked.rerun_script.query_string = query
        self.connection.send(asked.SerializeToString())
        self.texts = list(self._drawn())
        return self.texts

    def _drawn(self) -> Iterator[str]:
        while True:
            told = ForwardMsg()
            told.ParseFromString(self.connection.recv(timeout=_MOST_SECONDS))
            if told.WhichOneof("type") == "script_finished":
                if told.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    return
                continue  # another run follows at once: a switch of the page
            if told.WhichOneof("type") == "delta":
                element = told.delta.new_element
                kind = element.WhichOneof("type")
                for name in ("body", "label", "message"):
                    text = getattr(getattr(element, kind), name, None) if kind else None
                    if isinstance(text, str) and text:
                        yield text


@contextmanager
def open_session(server: Server) -> Iterator[Session]:
    """Begin a visit as a new tab does, without running anything yet."""
    with connect(
        f"ws://127.0.0.1:{server.port}/_stcore/stream",
        origin=server.url,  # type: ignore[arg-type]  # a plain address is one
        subprotocols=["streamlit"],  # type: ignore[list-item]  # as the front end does
        max_size=None,
        open_timeout=_MOST_SECONDS,
    ) as connection:
        yield Session(connection)
