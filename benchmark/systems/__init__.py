"""Systems: found, named, called, and what they disclose."""
