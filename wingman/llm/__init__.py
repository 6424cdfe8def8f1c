"""Language models behind one protocol (`base`): a prompt in, pieces of text out."""
