"""Independent implementations, written by nobody of this project, that tests compare ours with."""
