"""The desktop window. The only package that imports PyQt6; widgets show and report, and decide nothing."""
