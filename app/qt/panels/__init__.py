"""The panels around the picture: each shows a part of the state and reports what the user wants."""
