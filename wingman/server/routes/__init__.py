"""One module for each group of addresses; what they share is in the room above."""
