"""What composes with what: the cells, why some do not fit, and a table of them."""
