"""Deepgram: connection, wire (seconds of one connection) and the stitching of its windows into `SampleTime`."""
