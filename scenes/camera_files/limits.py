"""What no honest camera file exceeds; checked before memory is taken."""

MAX_IMAGE_SIDE = 32768
"""Width and height of an image [px]."""

MAX_COORDINATE = 1e9
"""Magnitude of a camera's position [scene units] and of a focal length [px]."""

MAX_TEXT_BYTES = 64 << 20
"""Size of a JSON file, or of a COLMAP text file without keypoints [bytes]."""

MAX_KEYPOINT_FILE_BYTES = 4 << 30
"""Size of COLMAP's images file, which holds every keypoint too [bytes]."""
