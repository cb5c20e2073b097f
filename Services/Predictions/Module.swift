// Predictions
