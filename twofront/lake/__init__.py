"""The lake: Parquet files and the only opener of DuckDB."""
