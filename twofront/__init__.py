"""Twofront (两战): the platform with which a county commands two fights at once."""

__version__ = "0.1.0"
