"""An invented campaign to try things with. No person, unit or finding in it is real."""
