"""Enterprises (企业): lists and their members, daily reports, officer visits, projects."""
