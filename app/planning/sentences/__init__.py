"""Generated pairs of what somebody may say and the program that it means, to tune a small language model on."""
