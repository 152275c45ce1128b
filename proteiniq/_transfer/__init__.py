"""Files on their way: what is uploaded, how it is encoded, and where a download goes."""
