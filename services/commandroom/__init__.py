"""The command room 综合指挥室: one live stream of everything that happens, and the page that shows it."""
