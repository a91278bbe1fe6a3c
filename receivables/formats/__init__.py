"""How people and tables write numbers, and which format their values prove together."""
