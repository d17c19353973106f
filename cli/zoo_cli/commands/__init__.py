"""One module per command; each offers `command` and imports torch only when it runs."""
