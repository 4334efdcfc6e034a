"""Settings, policies, calendars, clock, logging: the only reader of environment and files."""
