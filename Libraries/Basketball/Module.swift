// Basketball
