"""The verbs of the one command; each module is imported only when its verb is called."""
