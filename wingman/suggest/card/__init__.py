"""What a card says, how a model is asked and its answer checked, and a card's life to its one end."""
