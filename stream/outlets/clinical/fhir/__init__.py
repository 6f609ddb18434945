"""FHIR R4 and R5: readings, alarms and trends as Observations, by transactions that may be sent again."""
