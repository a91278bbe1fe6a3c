"""What an account's open items add up to, for people who look often.

The figures change when an upload stores rows, and when a day begins; so they are cached, and a page reads the cache.
"""
