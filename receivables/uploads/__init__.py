"""The door every feed comes through. Nobody imports it but the URL configuration."""
