"""Furniture of boxes and cylinders, drawn piece by piece from a generator.

A piece stands on the floor about its own origin, its back towards -y and its front towards +y; the
parts of a piece that hangs on a wall have their heights above the floor. All lengths are in metres.
Each function named like a piece of furniture is a ``Builder``: it draws one such piece.
"""
