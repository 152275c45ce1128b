"""From a response to models and errors."""
