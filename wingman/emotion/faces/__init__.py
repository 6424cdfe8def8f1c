"""What the readers of faces share: which pictures are sent, and which face is which."""
