"""Community and management: P16, P34, P36, P45 to P49, I11."""
