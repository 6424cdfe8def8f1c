"""How things are said. One file or folder per provider behind the protocols in `base`."""
