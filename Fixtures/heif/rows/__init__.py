"""The fixtures, by part of the leak catalogue; each module has `fixtures()`."""
