"""What we decide: pure functions over models, each with its reasons; `now` is always an argument."""
