"""Whether to speak. Pure but for `listener` (waits for vectors) and `habit_file`; times are `SampleTime`."""
