"""What `zoo data check` is made of: what is asked, what is shown, and the short form."""
