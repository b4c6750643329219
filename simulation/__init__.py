"""A city, its calls and its crews, over REST."""
