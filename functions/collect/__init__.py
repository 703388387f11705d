"""What suppliers sell: fetch, extract, catalogue, price, publish."""
