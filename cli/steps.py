"""What happens next to an item, told by commands in the words in which the API tells it."""

from __future__ import annotations

from tasks.steps import Plan as Plan
from tasks.steps import described as described
from tasks.steps import nothing as nothing
from tasks.steps import planned as planned
from tasks.steps import sentence as sentence
