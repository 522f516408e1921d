"""Compiled routines over trajectories: NumPy arrays in, NumPy arrays out."""
