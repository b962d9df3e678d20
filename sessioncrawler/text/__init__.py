"""Strangers' texts, numbers and times as people read them: pure, used by pages, data and sentences alike."""
