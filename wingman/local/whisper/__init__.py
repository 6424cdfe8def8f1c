"""Whisper on CTranslate2: spectrogram, prompt, decode, gates against invention, word times. No I/O but the
model."""
