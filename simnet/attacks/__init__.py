"""Strangers' machines that attack whoever asks them, in a process of their own (docs/attacks.md)."""

from simnet.attacks.client import Attackers

__all__ = ["Attackers"]
