"""Every way round the rules, by every door: all are shut, and all say the same."""
