"""`python -m zoo_cli`."""

from zoo_cli.main import main

main()
