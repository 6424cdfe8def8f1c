"""What the `wingman` command does, one module a subcommand. Imported only when it is called for."""
