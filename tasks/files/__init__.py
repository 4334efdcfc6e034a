"""Files as bytes: where they are kept, what they really are, and what can be seen in them."""
