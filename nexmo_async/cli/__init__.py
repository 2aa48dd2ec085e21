"""The command line. One file per command; Typer for the words, Rich for the looks."""
