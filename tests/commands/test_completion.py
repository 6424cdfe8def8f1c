"""Completion scripts, run by the shell they are for: commands first, then what may follow one."""

from __future__ import annotations

import argparse
import shutil
import subprocess

import pytest

from wingman.commands import completion


def completed(*words: str) -> list[str]:
    """What bash offers for the last of these words."""
    line = " ".join(f"'{word}'" for word in words)
    program = (
        f"{completion.script('bash', completion.words())}\n"
        f"COMP_WORDS=(wingman {line}); COMP_CWORD={len(words)}; _wingman; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    )
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_commands_flags_and_fixed_words() -> None:
    assert set(completed("tra")) == {"transcribe", "trace"}
    assert "--emotion" in completed("transcribe", "--emo")
    assert set(completed("emulate", "hume")) == {"hume", "hume-v0"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_command_is_in_every_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert completion.main(argparse.Namespace(shell=shell)) == 0
    text = capsys.readouterr().out
    assert [name for name in completion.words() if name not in text] == []
