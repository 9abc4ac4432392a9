"""The county's records, and what may be done with them; ranks stand in docs/architecture.md."""
