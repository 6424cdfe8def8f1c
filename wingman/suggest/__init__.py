"""When to speak and what to say: a local gate, playbook cues, and a model behind one protocol."""
