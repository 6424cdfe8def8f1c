"""`python -m wingman` is the `wingman` command."""

from __future__ import annotations

import sys

from wingman.commands.cli import main

sys.exit(main())
