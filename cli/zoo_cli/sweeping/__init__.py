"""What `zoo sweep` is made of: options, what is asked for, who is told, table and page."""
