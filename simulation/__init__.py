"""A city, its calls and its crews. Everything here speaks to Fengqiao as anybody else would: over REST."""
