"""How staff come in: under which name they log in, and how they set a password by a link."""
