"""Personal numbers and addresses leave no prompt and no log. Pure and linear; what is taken out is not kept."""

from wingman.core.redaction.window import redact, redact_lines

__all__ = ["redact", "redact_lines"]
