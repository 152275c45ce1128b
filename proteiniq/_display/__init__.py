"""How objects show themselves: in a notebook, in 3D, in a report. No network: what is shown is passed in."""
