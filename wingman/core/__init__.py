"""The vocabulary every room shares. Pure: nothing here does I/O, reads a clock or starts a task, but for the
modules about just that: `steady_clock`, `shared_timer`, `turn_queue`, `threads`, `cores`, `replaced_file`.
"""
