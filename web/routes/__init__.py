"""One module a thing: each has a ``router`` that the application takes in."""
