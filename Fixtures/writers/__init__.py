"""Writers of the formats that a JPEG file can carry, just large enough for fixtures."""
