"""Residents (居民): persons of the epidemic front; now the cases from which the zero goals are counted."""
