"""What real files and reports did to the service, each kind with the right result."""
