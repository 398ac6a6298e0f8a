"""The peer: a case as a stock viewflow process, its rights as guardian's generic object permissions."""
