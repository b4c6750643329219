"""A stream that does not wait for ever for a client that has stopped reading."""

import asyncio
from collections.abc import AsyncIterator, Mapping

from starlette.responses import StreamingResponse
from starlette.types import Message, Send


class PatientStream(StreamingResponse):
    """patience: real seconds that one write may take; then the connection is given up, and the client resumes."""

    def __init__(self, body: AsyncIterator[bytes], headers: Mapping[str, str], patience: float) -> None:
        super().__init__(body, media_type="text/event-stream", headers=headers)
        self._patience = patience

    async def stream_response(self, send: Send) -> None:
        async def in_time(message: Message) -> None:
            async with asyncio.timeout(self._patience):
                await send(message)

        try:
            await super().stream_response(in_time)
        except TimeoutError:
            # Nothing can be told to somebody who does not read; the empty buffer of its next visit starts anew.
            return
