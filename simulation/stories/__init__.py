"""The stories of the seeds, played over REST on a running system; each fails when the system does not do its part."""
