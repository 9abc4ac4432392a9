"""Grids (网格): groups of 300 to 500 households inside one village that hang together and are short to walk around.

One law: every dwelling lies in exactly one grid, every grid in one village and in one piece.
The doors are the modules: `tables` reads, `cells` and `graph` know who is neighbour to whom, `draw` draws,
`score` scores anyone's drawing, `redraw` changes an old one, `edits` weighs a change by hand, `micro` draws inside grids.
"""
