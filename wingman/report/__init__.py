"""What is left after the meeting: summary, report page and exports."""
