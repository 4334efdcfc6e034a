"""What the pages say in Chinese and English, a family of pages a module."""
