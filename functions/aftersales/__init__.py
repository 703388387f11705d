"""When something is wrong, and afterwards: cases, refunds, claims, follow-up, scorecards."""
