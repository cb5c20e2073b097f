// Barrier
