"""The services: one folder is one process."""
