"""The demo: people with generated passwords and items with a history, made by walking the real verbs."""
