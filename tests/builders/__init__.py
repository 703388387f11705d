"""Things for tests to begin with: each builder says only what the test cares about."""
