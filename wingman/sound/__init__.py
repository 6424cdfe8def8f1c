"""A meeting's sound, kept in its folder if that is asked for (`report.store_audio`)."""
