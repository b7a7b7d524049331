"""From words to programs of edits: the grammar, a small language model, and one after the other."""
