"""Every settings section, and how files and the environment are read into them."""
