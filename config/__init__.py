"""Settings, campaign policies, calendars, the clock and logging: the only reader of environment and files."""
