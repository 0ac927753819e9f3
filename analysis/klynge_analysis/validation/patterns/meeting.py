"""Meeting places and distance: P14, P26 to P33."""
