"""How fast the product is beside what somebody would pick instead, and beside the limit; `make bench`."""
