"""Where the parcel is: ship, follow, judge, tell."""
