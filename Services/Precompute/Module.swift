// Precompute
