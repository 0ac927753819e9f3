"""Figures and interactions: F09/F10, F12, I1, I2, I5, I6, I8."""
