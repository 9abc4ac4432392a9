"""Territory (地域): the divisions of the county, dated."""
