"""Files of others are read in a process that can do nothing but read them."""
