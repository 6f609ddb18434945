"""HL7 v2: readings and alarms as unsolicited observation results (ORU^R01) over MLLP."""
