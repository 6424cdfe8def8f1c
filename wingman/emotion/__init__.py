"""How things are said. One file per provider behind the protocols in `base`."""
