// Scrapers
