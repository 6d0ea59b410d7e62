"""The pages from outside: what a person sees, what he may press, what he is told when he may not."""
