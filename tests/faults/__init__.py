"""What is broken on purpose, in the product as a user starts it, and what must hold all the same."""
