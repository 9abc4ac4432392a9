"""Meter readings as Parquet, and the only place that opens DuckDB or Parquet.

The lake has no row security: each question takes the files that a manifest lists and the meters that the asker may see.

    append, sweep       what lies on the disk (`store`)
    compare             readings beside what is known of them (`read`)
    firm_days, index    the electricity index of the county's lake (`county`)
    of_files            the same of a file that somebody names (`power`)
"""

from twofront.lake.county import firm_days, index
from twofront.lake.read import FileMissing, compare
from twofront.lake.store import LakeFile, StatedTwice, append, sweep

__all__ = ["FileMissing", "LakeFile", "StatedTwice", "append", "compare", "firm_days", "index", "sweep"]
