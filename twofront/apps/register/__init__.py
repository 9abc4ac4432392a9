"""The register (底册): one record for each enterprise and meter; every other table is a view of it."""
