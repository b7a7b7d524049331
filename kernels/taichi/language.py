# pyright: basic
"""The one place that imports the kernel language; every kernel file takes `ti` from here."""

import os

from ..runtime import KernelLanguage, choose_language

# Arrays are numpy's here; without this both languages import torch, which takes longer than all else at start.
os.environ.setdefault("TI_ENABLE_TORCH", "0")
os.environ.setdefault("QD_ENABLE_TORCH", "0")

if choose_language().language is KernelLanguage.QUADRANTS:
    import quadrants as ti
else:
    import taichi as ti

__all__ = ["ti"]
