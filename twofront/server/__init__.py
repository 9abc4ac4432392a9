"""Wiring: settings, addresses, health, and the verbs of the command line."""
