"""The house watches itself."""
