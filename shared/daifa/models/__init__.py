"""What things are: frozen, validated, with arithmetic and nothing else."""
