"""Staffing (人员配备): who holds which post in which grid, and who will have finished by a deadline.

One law: what can be filled is filled; of what stays open the reason is said.
"""
