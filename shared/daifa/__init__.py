"""What every room of Daifa shares: models, rules, ports, adapters and tables."""
