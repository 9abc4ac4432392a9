"""Rules in force (规则): which table answers at a moment under which order and clause, and what it answers."""
