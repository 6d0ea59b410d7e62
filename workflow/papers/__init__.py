"""Papers out: what is printed, signed by hand and sent."""
