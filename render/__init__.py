"""Scene + camera + options -> image."""
