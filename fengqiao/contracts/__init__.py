"""What services say to each other: events, commands, states, the topic table, and the ids in them. No I/O."""
