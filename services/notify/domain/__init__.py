"""What is delivered to whom, when it is tried again, and when it is given up. Pure."""
