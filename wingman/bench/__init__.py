"""Measures a media server from outside: live WebRTC sessions in, provider sockets out, every packet dated."""
