"""Mediation 调解: a quarrel becomes a case, and the case goes through its stages until it is closed."""
