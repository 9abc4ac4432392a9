"""Pure knowledge: tables and values in and out; no Django, no database, no clock, no unseeded chance."""
