"""Omni-Recon for users: from posed photos to a folder with depth maps, a mesh, a report and a project."""
