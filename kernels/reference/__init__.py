"""The slow, readable, differentiable PyTorch twin of every fast kernel: the specification."""
