"""Components, templates, message catalogues and page assets."""
