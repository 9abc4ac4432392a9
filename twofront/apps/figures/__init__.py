"""Figures (指标): readings, published sheets, closings, goals and the four charts."""
