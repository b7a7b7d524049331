"""Other methods that Omni-Recon is measured against. Their weights are given by path; none is shipped."""
