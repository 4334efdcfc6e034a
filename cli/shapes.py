"""What scripts read: the JSON shapes of items and their histories, the same as the API's."""

from __future__ import annotations

from tasks.shapes import item as item
from tasks.shapes import page as page
from tasks.shapes import plain as plain
