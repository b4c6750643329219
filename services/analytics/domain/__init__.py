"""The pure core: what counts, where it counts, how it is packed, and what an answer says. No I/O, no clock."""
