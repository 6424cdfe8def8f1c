"""The `wingman` command. Light to import: a subcommand's module is loaded when it runs."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import math
import os
import select
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import wingman
from wingman.core.vocabulary import VERBOSITIES

USAGE_ERROR = 2
SYSTEM_ERROR = 1
INTERRUPTED = 130
"""A shell's status for what a signal ended before it had come to its end."""
PIPE_CLOSED = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit status. Every mistake of the caller is one sentence on stderr."""
    _fill_standard_streams()
    _print_anything()
    os.umask(0o077)  # whatever is written is its owner's alone: the journal of a database as well
    from wingman.core.encoders import plain
    from wingman.core.errors import WingmanError

    try:
        try:
            return _run(argv)
        finally:
            sys.stdout.flush()  # what cannot be written is told here: while Python ends nobody catches it
    except WingmanError as mistake:
        print(plain(f"wingman: {mistake}"), file=sys.stderr)
        return USAGE_ERROR
    except ExceptionGroup as several:  # task groups wrap what their tasks raise
        if several.split(BrokenPipeError)[1] is None and _is_read_no_more():
            _print_nowhere()
            return PIPE_CLOSED
        mistakes, others = several.split(WingmanError)
        if mistakes is None or others is not None:
            raise
        print(plain(f"wingman: {_first(mistakes)}"), file=sys.stderr)
        return USAGE_ERROR
    except OSError as failed:  # a file or address of the caller's that nobody asked about before
        if isinstance(failed, BrokenPipeError) and _is_read_no_more():
            _print_nowhere()
            return PIPE_CLOSED
        what = f"{failed.filename}: " if failed.filename else ""
        print(plain(f"wingman: {what}{failed.strerror or failed}"), file=sys.stderr)
        try:
            sys.stdout.flush()
        except OSError:
            _print_nowhere()
        return SYSTEM_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(argv: Sequence[str] | None) -> int:
    parser = build_parser()
    arguments = parser.parse_args(argv)
    if not arguments.command and sys.stdin.isatty() and sys.stdout.isatty():
        arguments = parser.parse_args(["up"])
    if not arguments.command:
        parser.print_help()
        return USAGE_ERROR
    command = importlib.import_module(f"wingman.commands.{arguments.module}")
    path = getattr(arguments, "printed_to", None)
    if not path or path == "-":
        return int(command.main(arguments))
    return _printed_to(path, lambda: int(command.main(arguments)), judges=arguments.judges)


def _is_read_no_more() -> bool:
    """Whether standard output is a pipe that nobody reads any more: other pipes break as well."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return True
    if not hasattr(select, "poll"):
        return False
    asked = select.poll()
    asked.register(sys.stdout.fileno(), select.POLLOUT)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in asked.poll(0))


def _print_nowhere() -> None:
    """What is left of our output cannot be written; Python would try it once more as it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _fill_standard_streams() -> None:
    """Whoever closed one of the three (`>&-`) gets nothing; its number must not become that of a database."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - for as long as we run


def _print_anything() -> None:
    """A terminal of another encoding gets escapes for what it cannot show; no text ends a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def port(text: str) -> int:
    """A TCP port; 0 stands for a free one."""
    with contextlib.suppress(ValueError):
        if 0 <= (number := int(text)) <= 65535:
            return number
    raise argparse.ArgumentTypeError(f"{text[:40]!r} is no port; use 0 to 65535")


def whole(least: int, most: int = 2**31 - 1) -> Callable[[str], int]:
    """What reads a whole number within these bounds."""

    def number(text: str) -> int:
        with contextlib.suppress(ValueError):
            if least <= (value := int(text)) <= most:
                return value
        raise argparse.ArgumentTypeError(f"must be a whole number from {least} to {most}")

    return number


def said(text: str) -> str:
    """A value that is not empty."""
    if not text.strip():
        raise argparse.ArgumentTypeError("is empty; give it a value, or leave it away")
    return text


def positive(text: str) -> float:
    """A number of something that there has to be some of."""
    with contextlib.suppress(ValueError):
        if 0 < (number := float(text)) < math.inf:
            return number
    raise argparse.ArgumentTypeError("must be a number, and more than 0")


class _NothingToKeepError(Exception):
    """What a command printed is no result."""


def _printed_to(path: str, command: Callable[[], int], *, judges: bool) -> int:
    """What the command prints goes into a file at its end, unless it failed or was interrupted.

    `judges`: it ends with 1 for what it found.
    """
    from wingman.commands.output_file import output_file

    printed = io.StringIO()
    with contextlib.suppress(_NothingToKeepError), output_file(path) as file:  # told before anything is done
        with contextlib.redirect_stdout(printed):
            status = command()
        failed = status in (INTERRUPTED, USAGE_ERROR) or (status == SYSTEM_ERROR and not judges)
        if failed or (status and not printed.getvalue()):
            raise _NothingToKeepError
        file.write(printed.getvalue().encode())
    return status


def _output(parser: argparse.ArgumentParser, *, judges: bool = False) -> None:
    parser.add_argument(
        "-o", "--output", dest="printed_to", metavar="FILE", help="where to write (default: standard output)"
    )
    parser.set_defaults(judges=judges)


def _first(group: BaseException) -> BaseException:
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group


class _Parser(argparse.ArgumentParser):
    """Takes no empty value anywhere: that is a script's variable which holds nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register("type", None, said)  # what reads the value of an argument without a type


def build_parser() -> argparse.ArgumentParser:
    """All subcommands and their flags, without importing what they need."""
    parser = _Parser(
        prog="wingman",
        description="A meeting sidecar: transcript, tone and suggestions while the question is still open.",
    )
    parser.add_argument("--version", action="version", version=f"wingman {wingman.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.type = str  # it gets all words behind the command, to be read by the command's own parser
    _up(commands)
    _serve(commands)
    _demo(commands)
    _transcribe(commands)
    _analyze(commands)
    _bench(commands)
    _doctor(commands)
    _emulate(commands)
    _models(commands)
    _meetings(commands)
    _grants(commands)
    _export(commands)
    _trace(commands)
    _backup(commands)
    _replay(commands)
    _rehearse(commands)
    _feedback(commands)
    _mcp(commands)
    _completion(commands)
    _autostart(commands)
    _cluster(commands)
    return parser


# argparse has no public name for what add_subparsers returns
Commands: TypeAlias = "argparse._SubParsersAction[_Parser]"  # noqa: SLF001 - argparse gives it no public name


def _command(commands: Commands, name: str, help_text: str, module: str = "") -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help_text, description=help_text)
    parser.set_defaults(module=module or name)
    _settings_file(parser)
    return parser


def _settings_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", metavar="FILE", help="settings file (see configs/default.yaml)")


def _listening(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="address to bind (default 127.0.0.1)")
    parser.add_argument("--port", type=port, help="port to bind (default 8710; 0 picks a free one)")


def _up(commands: Commands) -> None:
    parser = _command(commands, "up", "Run Wingman and open its home page; `wingman` alone does the same.")
    _listening(parser)
    parser.set_defaults(workers=1, worker=None)


def _autostart(commands: Commands) -> None:
    parser = _command(
        commands, "autostart", "Print what starts Wingman when you log in, and say where it belongs."
    )
    parser.add_argument(
        "system", nargs="?", choices=["systemd", "launchd"], help="of which system (default: of this one)"
    )
    _output(parser)


def _mcp(commands: Commands) -> None:
    parser = _command(commands, "mcp", "Let an assistant read and follow meetings (Model Context Protocol).")
    _finding(parser)
    parser.add_argument(
        "--http",
        type=port,
        metavar="PORT",
        help="streamable HTTP on this port of 127.0.0.1 (default: stdio)",
    )


def _feedback(commands: Commands) -> None:
    parser = _command(commands, "feedback", "Show what your feedback on cards has taught, or forget it.")
    parser.add_argument("--reset", action="store_true", help="forget it: as trained again")
    parser.add_argument("--json", action="store_true", help="as one line of JSON")


def _cluster(commands: Commands) -> None:
    parser = _command(
        commands, "cluster", "The nodes of a cluster: who is there, drain one, check or copy the log."
    )
    parser.add_argument("action", choices=["status", "drain", "verify", "backup", "restore"])
    parser.add_argument(
        "what", nargs="?", metavar="WHAT", help="drain: which node; backup, restore: which folder"
    )
    parser.add_argument("--json", action="store_true", help="status: as one line of JSON")


def _completion(commands: Commands) -> None:
    parser = _command(commands, "completion", "Print a script that completes commands and flags in a shell.")
    parser.add_argument("shell", choices=["bash", "zsh", "fish"])


def _serve(commands: Commands) -> None:
    parser = _command(commands, "serve", "Run the service: home page, overlay, API.")
    _listening(parser)
    parser.add_argument("--open", action="store_true", help="open the home page in the browser")
    parser.add_argument("--workers", type=whole(1), default=1, help="processes behind the one port (default 1)")
    parser.add_argument("--worker", help=argparse.SUPPRESS)  # how a worker process is told its place


def _demo(commands: Commands) -> None:
    parser = _command(commands, "demo", "Run the sample meeting through the whole pipeline and show it.")
    _listening(parser)
    parser.add_argument("--exit", action="store_true", help="end when the meeting is over")
    parser.add_argument("--json", action="store_true", help="print event envelopes, one a line")
    parser.add_argument(
        "--providers",
        choices=["auto", "embedded", "whisper", "emulated"],
        default="embedded",
        help="embedded: no key, no network; whisper: the same with the fetched model; emulated: Deepgram, Hume "
        "and Gemini clients against local servers; auto: what your settings and keys say",
    )
    parser.add_argument(
        "--emotion",
        choices=["hume", "hume-v0"],
        default="hume",
        help="which generation of Hume is emulated (with --providers emulated)",
    )
    parser.add_argument("--audio", metavar="FILE", help="another recording (left: the others, right: you)")
    parser.add_argument("--playbook", help="playbook name or file (default: sales)")
    parser.add_argument(
        "--measure",
        choices=["off", "counterpart", "self"],
        default="off",
        help="with --audio: whose voice to measure; naming one says that you may (the sample's are synthetic)",
    )
    parser.add_argument(
        "--faults", metavar="FILE", help="what goes wrong with the emulated providers (fault script, YAML)"
    )


def _backup(commands: Commands) -> None:
    parser = _command(commands, "backup", "Copy the event log into one file, also beside a running service.")
    parser.add_argument("file", metavar="FILE", help="the new file; put it back as wingman.db to restore it")


def _transcribe(commands: Commands) -> None:
    parser = _command(commands, "transcribe", "Turn recordings into transcripts and notes.")
    parser.add_argument(
        "files", metavar="FILE", nargs="+", help="audio or video files; with --faces images as well"
    )
    parser.add_argument("--format", choices=["txt", "srt", "vtt", "md", "json", "csv"], help="what to write")
    parser.add_argument(
        "-o", "--output", metavar="OUT", help="a file; for several recordings a folder (made when missing)"
    )
    parser.add_argument("--store", action="store_true", help="keep each as a meeting, with summary and report")
    parser.add_argument("--suggest", action="store_true", help="make the suggestions a live call would get")
    _sides(parser)
    parser.add_argument("--force", action="store_true", help="write files anew that are there already")
    parser.add_argument("--realtime", action="store_true", help="play at 1x instead of as fast as possible")
    parser.add_argument("--json", action="store_true", help="print event envelopes, one a line")
    parser.add_argument(
        "--emotion",
        choices=["off", "counterpart", "self", "both"],
        default="off",
        help="measure a voice; you acknowledge that everybody heard in the recording agreed",
    )
    parser.add_argument(
        "--faces",
        action="store_true",
        help="measure the faces of a film or an image; you acknowledge that everybody seen in it agreed",
    )


def _sides(parser: argparse.ArgumentParser) -> None:
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument(
        "--channels",
        metavar="MAP",
        help="whose voice is where: left=mic,right=tab, or track1=tab,track2=mic",
    )
    whose.add_argument("--stereo", action="store_true", help="short for --channels left=tab,right=mic")
    parser.add_argument("--track", type=whole(1), metavar="N", help="another audio track than the default one")


def _analyze(commands: Commands) -> None:
    parser = _command(commands, "analyze", "Join a recording's words with a batch job's measurements.")
    parser.add_argument("file", metavar="FILE", help="an audio or video file, or an image for its faces")
    _sides(parser)
    parser.add_argument("--faces", action="store_true", help="measure the faces of a film as well")
    parser.add_argument("--provider", choices=["hume-v0-batch"], default="hume-v0-batch")
    parser.add_argument(
        "--consent",
        action="store_true",
        help="I am allowed to measure the voices, or faces, in this recording",
    )
    parser.add_argument("--json", action="store_true", help="print event envelopes, one a line")
    _output(parser)


def _bench(commands: Commands) -> None:
    parser = _command(commands, "bench", "Measure how many live sessions this machine holds.")
    parser.add_argument("--sessions", help="numbers to try (default 10,40,80; with --wait calls at once, 4)")
    parser.add_argument("--seconds", type=positive, help="how long to measure each (default 4; --wait: all)")
    parser.add_argument(
        "--chunk-ms", type=whole(10, 1000), default=100, help="audio per provider frame (default 100)"
    )
    parser.add_argument("--media-path", choices=["direct", "portable"], default="direct")
    parser.add_argument("--workers", type=whole(1, 64), default=1, help="processes behind one port (default 1)")
    parser.add_argument("--talkative", action="store_true", help="two interims a second of up to 36 words")
    parser.add_argument("--words-only", action="store_true", help="a transcriber alone, no emotion meter")
    parser.add_argument(
        "--wait",
        nargs="?",
        const="emulated",
        choices=["emulated", "embedded", "whisper", "moonshine"],
        help="measure how long a person waits instead, stage by stage; with a local transcriber if named",
    )
    parser.add_argument("--json", action="store_true", help="print the figures as one JSON list")


def _doctor(commands: Commands) -> None:
    parser = _command(commands, "doctor", "Say what is configured, what is missing and how to mend it.")
    parser.add_argument("--json", action="store_true", help="print the findings as one JSON object")
    parser.add_argument(
        "--probe", action="store_true", help="ask the providers whether keys work: this leaves the machine"
    )
    _output(parser, judges=True)


def _emulate(commands: Commands) -> None:
    parser = _command(commands, "emulate", "Run a local server that speaks a provider's protocol.")
    parser.add_argument("provider", choices=["deepgram", "hume", "hume-v0", "gemini"])
    parser.add_argument("--port", type=port, default=0, help="port to bind (default: a free one)")
    parser.add_argument("--script", metavar="FILE", help="fault script (YAML)")
    parser.add_argument("--scenario", metavar="FILE", help="timed words and emotions to answer with (JSON)")
    parser.add_argument("--grpc", action="store_true", help="gemini: speak gRPC, for other programs")
    parser.add_argument(
        "--habit",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="hume-v0: what its wire leaves open, such as connections=1, errors=nested, strongest=1.3",
    )


def _models(commands: Commands) -> None:
    parser = _command(
        commands,
        "models",
        "Local speech models: see, fetch, add, time or remove them (nothing fetches on start).",
    )
    parser.add_argument("action", choices=["list", "fetch", "add", "bench", "remove"])
    parser.add_argument("name", nargs="?", help="a model such as whisper-base; for `add` the folder it lies in")
    parser.add_argument("--as", dest="as_name", metavar="NAME", help="with `add`: its name from now on")


def _finding(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--url", help="a running service (default: WINGMAN_URL, else the log is read)")
    parser.add_argument("--token", help="the service's token (default: WINGMAN_TOKEN)")


def _meetings(commands: Commands) -> None:
    parser = _command(commands, "meetings", "List the meetings there are, or search all of them.")
    _finding(parser)
    parser.add_argument("--search", metavar="WORDS", help="where all these words were said or suggested")
    parser.add_argument("--limit", type=whole(1, 500), default=50, help="how many at most (default 50)")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    _output(parser)
    parser = _command(commands, "delete", "Remove every trace of a meeting.")
    _finding(parser)
    parser.add_argument("id", metavar="ID", help="the meeting's id, see: wingman meetings")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def _grants(commands: Commands) -> None:
    parser = _command(commands, "grants", "Log in, and list, make or revoke what may be done by whom.")
    _listening(parser)
    same = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    _settings_file(same)  # behind the action as well: what stands before it is not taken back
    _listening(same)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.type = str
    listing = actions.add_parser("list", parents=[same], help="what is in force, newest first")
    listing.add_argument("--all", action="store_true", help="also what is over")
    listing.add_argument("--json", action="store_true", help="print one JSON object a line")
    actions.add_parser("login", parents=[same], help="print a login link that works once")
    making = actions.add_parser("create", parents=[same], help="make a grant for a program and print its token")
    making.add_argument("name", metavar="NAME", help="what to call it in lists")
    making.add_argument(
        "--role", default="script", help="script, viewer, coach, auditor, scraper, extension, owner"
    )
    making.add_argument(
        "--scopes",
        metavar="A,B",
        help="of: capture watch advise coach read export listen delete configure pair metrics",
    )
    making.add_argument("--meeting", metavar="ID", help="good for this meeting alone")
    making.add_argument("--days", type=positive, help="how long it lasts (default: as its role; script 90)")
    ending = actions.add_parser("revoke", parents=[same], help="end a grant; what is open with it is closed")
    ending.add_argument("id", metavar="ID", help="its id, see: wingman grants list")
    parser = _command(
        commands, "audit", "Who did what with which grant, and whether the log was changed.", "grants"
    )
    parser.add_argument("--after", type=whole(0), default=0, metavar="N", help="entries after this number")
    parser.add_argument("--limit", type=whole(1), default=1000, help="how many at most (default 1000)")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    _output(parser, judges=True)


def _trace(commands: Commands) -> None:
    parser = _command(commands, "trace", "Show what each utterance of a meeting waited for, stage by stage.")
    _output(parser)
    parser.add_argument("id", metavar="ID", help="the meeting's id, see: wingman meetings")
    _finding(parser)
    parser.add_argument("utterance", metavar="UTTERANCE", nargs="?", help="only this one")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def _export(commands: Commands) -> None:
    parser = _command(commands, "report", "Write a meeting's report page, one self-contained file.", "export")
    parser.set_defaults(format="html")
    _taking(parser)
    parser = _command(commands, "export", "Write a meeting as a file other programs read.")
    formats = "md, txt, json, srt, vtt, csv, html or bundle (default md)"
    parser.add_argument("--format", default="md", help=formats)
    _taking(parser)


def _taking(parser: argparse.ArgumentParser) -> None:
    _finding(parser)
    parser.add_argument("id", metavar="ID", help="the meeting's id, see: wingman meetings")
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write (default: standard output)")


def _replay(commands: Commands) -> None:
    parser = _command(commands, "replay", "Run a recorded meeting again, as it was or with a change.")
    parser.add_argument("bundle", metavar="BUNDLE", help="made by: wingman export ID --format bundle")
    parser.add_argument("--realtime", action="store_true", help="play at 1x instead of as fast as possible")
    parser.add_argument(
        "--with",
        dest="changes",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="playbook=, model=, transcriber= or meter=NAME, or a setting of suggest, correlate, transcribe or "
        "emotion, such as correlate.grace_s=1: print what would have been different",
    )
    parser.add_argument("--json", action="store_true", help="print events (or differences), one a line")


def _rehearse(commands: Commands) -> None:
    parser = _command(commands, "rehearse", "Play a written conversation: what would be suggested, and when.")
    parser.add_argument(
        "file",
        metavar="FILE",
        help='one JSON object a line, {"who": "U|C|C2", "text": "…"}; - reads standard input',
    )
    parser.add_argument("--playbook", help="playbook name or file (default: the settings')")
    parser.add_argument(
        "--brief",
        metavar="TEXT|FILE",
        help="who takes part and what the meeting is for, or a file that says it",
    )
    parser.add_argument("--notes", metavar="DIR", help="folder of notes that cards may quote")
    parser.add_argument("--verbosity", choices=VERBOSITIES, help="how often it may speak")
    parser.add_argument("--language", metavar="TAG", help="language that is spoken, such as de")
    parser.add_argument(
        "--variant",
        choices=["clean", "bare", "asr5", "asr10", "asr15"],
        default="clean",
        help="as written, without case and punctuation, or with so many words in a hundred misheard",
    )
    parser.add_argument(
        "--seed", type=whole(0), default=0, help="another number mishears other words (default 0)"
    )
    parser.add_argument(
        "--model", default="off", metavar="URL|off", help="a server that speaks OpenAI's or Gemini's protocol"
    )
    parser.add_argument(
        "--no-encoder", action="store_true", help="by key words alone, without sentence meaning"
    )
    parser.add_argument("--json", action="store_true", help="print event envelopes, one a line")
    _output(parser)


if __name__ == "__main__":
    sys.exit(main())
