"""TELL: messages, deliveries, channels. Knows users, knows nothing of work items."""
