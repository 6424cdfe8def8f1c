"""The join of words and emotions on one media clock. Pure: time is an argument."""
