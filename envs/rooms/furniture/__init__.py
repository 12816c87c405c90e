"""Furniture of boxes and cylinders, drawn piece by piece from a generator.

A piece stands on the floor about its own origin, its back towards -y and its front towards +y; a
piece that hangs on a wall has its height in its parts. Metres throughout. Each function named like
a piece of furniture is a ``Builder``: it draws one piece of its sort.
"""
