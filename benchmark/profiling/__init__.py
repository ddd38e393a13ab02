"""How fast systems are: calls under a clock, what they are divided by, and what is made of them."""
