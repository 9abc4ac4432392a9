"""What every app needs, built once; it knows no word of the county."""
