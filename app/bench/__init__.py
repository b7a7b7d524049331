"""Measuring the renderer: interleaved repeats, percentiles per stage, reports."""
