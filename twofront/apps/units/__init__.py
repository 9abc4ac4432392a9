"""Units (单位): lines, blocks, accounts, roles and what each of them may see."""
