"""Against collapse and for stability: parts that go with any generator and any critic."""
