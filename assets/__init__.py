"""Files that ship with rowsplat."""
