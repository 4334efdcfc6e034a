"""What errors and reasons say in Chinese: tables by the English sentence, one module an area."""
