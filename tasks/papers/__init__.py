"""The templates of the papers, one a kind and language, and the script that makes them."""
