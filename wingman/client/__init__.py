"""A small typed client of a running Wingman, for scripts, the command line and tests.

async with Client("http://127.0.0.1:8710", token) as wingman:
    meeting = await wingman.create(title="Call with Ada", source="sample")
    async for event in wingman.events(meeting.id):
        print(event.type, event.data)
"""

from wingman.client.client import Client
from wingman.client.stream import events

__all__ = ["Client", "events"]
