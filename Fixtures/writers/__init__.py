"""Writers of the formats that files can carry, just large enough for fixtures."""
