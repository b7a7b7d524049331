"""The subcommands, each a frozen dataclass of its flags with a function that runs it."""
