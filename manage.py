#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys


def main() -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    if sys.argv[1:2] == ["send_feed"]:
        from receivables.uploads.client.exit_codes import ending_with_exit_code

        # A sender needs nothing of the server's.
        os.environ["DJANGO_SETTINGS_MODULE"] = "receivables.uploads.client.settings"
        with ending_with_exit_code():
            main()
    else:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        main()
