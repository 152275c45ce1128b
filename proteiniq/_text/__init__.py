"""What the client and the sandbox know of text formats. It imports neither, so that both read a text alike."""
