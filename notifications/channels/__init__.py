"""One module a channel; every channel answers to the same contract."""
