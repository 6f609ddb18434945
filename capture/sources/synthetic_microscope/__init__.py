"""The synthetic skin microscope, part by part: tissue, vessels, hand, conditions, optics."""
