"""From what users give to what a request says."""
