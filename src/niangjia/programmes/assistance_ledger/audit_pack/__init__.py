"""The audit pack (核查资料包) of a unit and a year: all of it, to be checked without us."""
