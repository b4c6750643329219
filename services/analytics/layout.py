"""The collections of analytics in the document store."""

from typing import Final

LAYOUT: Final = 3
"""Part of the collections' names: what was counted in another layout is counted again from the log."""
STREAMS: Final = f"analytics_streams_{LAYOUT}"
ROLLUPS: Final = f"analytics_rollups_{LAYOUT}"
REGISTERS: Final = f"analytics_registers_{LAYOUT}"
DAYS: Final = f"analytics_days_{LAYOUT}"
CASES: Final = f"analytics_cases_{LAYOUT}"
HAZARDS: Final = f"analytics_hazards_{LAYOUT}"
PAST_MONTHS: Final = f"analytics_past_months_{LAYOUT}"
"""From which imports the rollups of an imported month are."""
MARKS: Final = f"analytics_read_to_{LAYOUT}"
"""How far each partition of `mediation` has been read."""
LOG: Final = f"analytics_log_{LAYOUT}"
WARNINGS: Final = "analytics_warnings"
BULLETINS: Final = "analytics_bulletins"
