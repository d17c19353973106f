"""What `zoo train` is made of: options, request, table, progress, report."""
