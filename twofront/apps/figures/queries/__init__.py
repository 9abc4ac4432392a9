"""Reads on figures: frames, goals, charts, their rows, what is late and what changed."""

from twofront.apps.figures.queries.published import guard_publication, guard_publications_from, sheets

__all__ = ["guard_publication", "guard_publications_from", "sheets"]
