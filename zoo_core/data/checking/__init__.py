"""What `zoo data check` finds out about a data set before anything trains."""
