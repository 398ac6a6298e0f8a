"""What people do: each change of a case is one function here, with its own door, transaction, log row and messages."""
