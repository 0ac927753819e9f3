"""Projects: P15, P17, P18, P37 to P39, P41 to P44, I7, I9, I12."""
