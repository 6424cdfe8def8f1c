"""What people say when they ask, object, stall …, one module of data a language."""
