"""``python -m embodied_ssl``."""

from embodied_ssl.cli import main

main()
