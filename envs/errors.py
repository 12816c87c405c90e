"""What can be wrong with the input of a world."""


class WorldError(ValueError):
    """Objects or settings from which no world can be built, said in one line."""
