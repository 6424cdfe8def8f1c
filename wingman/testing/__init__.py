"""Local providers, true to the wire: real servers on real sockets, with scripts for what goes wrong."""
