"""Every word that leaves or arrives: deliver, digest, converse."""
