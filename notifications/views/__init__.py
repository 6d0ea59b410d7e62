"""Pages: messages, how a person is told, the operators' page, the demo's mailbox."""
