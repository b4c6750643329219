"""Years of incidents that a demo area might have had, as the CSV that another system would export."""
