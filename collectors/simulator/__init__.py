"""A believable contact centre, from a seed."""
