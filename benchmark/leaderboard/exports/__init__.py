"""A run's results in the forms that hubs, registries, challenges and other tools read."""
