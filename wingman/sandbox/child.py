"""The reading process: `python -m wingman.sandbox.child`, started by `reading`. Its standard input is the file.

Everything is imported before anything is read, then the process gives up what it does not need. It answers on
standard output: a kind, a length, and as many bytes of MessagePack.
"""

from __future__ import annotations

import contextlib
import pkgutil
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, BinaryIO, get_type_hints

import msgspec

from wingman.core.errors import InputError
from wingman.sandbox.frames import Ended, Frame, Refusal, as_plain, from_plain, pack
from wingman.sandbox.limits import Limits, confine


def main(arguments: list[str]) -> int:
    """`READER ASK LIMITS MODULES…`: what reads, what it is asked, at what cost, and what it needs imported."""
    target, asked, limits, *modules = arguments
    reader = named(target)
    ask = msgspec.json.decode(asked, type=list(get_type_hints(reader).values())[1], dec_hook=from_plain)
    for module in modules:
        load(module)
    confine(msgspec.json.decode(limits, type=Limits))
    answer(reader, ask, sys.stdin.buffer, sys.stdout.buffer)
    return 0


def load(name: str) -> None:
    """Import a module, where it is installed; with `.*` behind it, everything below it too."""
    package, every, _ = name.partition(".*")
    try:
        found = import_module(package)
    except ImportError:
        return  # whoever misses it says so
    if every:
        for module in pkgutil.walk_packages(found.__path__, f"{package}."):
            if not module.name.endswith("__main__"):
                with contextlib.suppress(ImportError):
                    import_module(module.name)


def named(target: str) -> Callable[[BinaryIO, Any], Iterable[Any]]:
    """The function behind `module:name`."""
    module, _, name = target.partition(":")
    found: Callable[[BinaryIO, Any], Iterable[Any]] = getattr(import_module(module), name)
    return found


def answer(
    reader: Callable[[BinaryIO, Any], Iterable[Any]], ask: object, file: BinaryIO, out: BinaryIO
) -> None:
    """Write what the reader gives, then how it ended."""
    encoder = msgspec.msgpack.Encoder(enc_hook=as_plain)
    try:
        for item in reader(file, ask):
            out.write(pack(Frame.ITEM, encoder.encode(item)))
            out.flush()
        last: Ended = Ended()
    except InputError as wrong:
        last = Ended(Refusal(str(wrong), wrong.field, wrong.status))
    except (MemoryError, RecursionError):
        last = Ended(too_much=True)
    except Exception as broken:  # noqa: BLE001 - a reader met what its author did not foresee
        last = Ended(broken=type(broken).__name__)
    out.write(pack(Frame.ENDED, encoder.encode(last)))
    out.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
