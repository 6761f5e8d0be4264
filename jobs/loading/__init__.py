"""Loading a set of records: reading, checking, explaining what is wrong, publishing."""
