"""`wingman completion SHELL`: a script that lets the shell complete commands and flags. Made from the parser
itself."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from wingman.commands.cli import build_parser

BASH = """_wingman() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" command="${{COMP_WORDS[1]}}" words
  if [ "$COMP_CWORD" -eq 1 ]; then words="{commands}"; else
    case "$command" in
{cases}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  case "$word" in -*|'') ;; *) [ "${{#COMPREPLY[@]}}" -eq 0 ] && COMPREPLY=($(compgen -f -- "$word")) ;; esac
}}
complete -o filenames -F _wingman wingman
"""
ZSH = "autoload -U +X bashcompinit && bashcompinit\n"


def main(arguments: argparse.Namespace) -> int:
    """Print the script for `arguments.shell`."""
    print(script(arguments.shell, words()), end="")
    return 0


def words() -> Mapping[str, Sequence[str]]:
    """Command → the flags and fixed words that may follow it."""
    found: dict[str, Sequence[str]] = {}
    for action in build_parser()._actions:  # argparse has no public way to list subcommands
        if not isinstance(action, argparse._SubParsersAction):
            continue
        for name, parser in action.choices.items():
            flags = [flag for each in parser._actions for flag in each.option_strings if flag.startswith("--")]
            fixed = [
                str(word) for each in parser._actions if not each.option_strings for word in each.choices or ()
            ]
            found[name] = (*fixed, *flags)
    return found


def script(shell: str, known: Mapping[str, Sequence[str]]) -> str:
    """The completion script of one shell."""
    if shell == "fish":
        lines = [f"complete -c wingman -n __fish_use_subcommand -f -a {name}" for name in known]
        for name, follows in known.items():
            for word in follows:
                flag = f"-l {word[2:]}" if word.startswith("--") else f"-a {word}"
                lines.append(f"complete -c wingman -n '__fish_seen_subcommand_from {name}' {flag}")
        return "\n".join(lines) + "\n"
    cases = "\n".join(f'      {name}) words="{" ".join(follows)}" ;;' for name, follows in known.items())
    bash = BASH.format(commands=" ".join(known), cases=cases)
    return ZSH + bash if shell == "zsh" else bash
