"""What a playbook says: triggers, facts, moves and what is never said; read from YAML, and checked."""
