"""Campaigns (专项行动): items, targets and deadlines; now the survey of every dwelling."""
