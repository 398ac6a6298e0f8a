"""What the pages ask for, in the words of the people who answer."""
