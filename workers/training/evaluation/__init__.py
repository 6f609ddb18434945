"""How good a model is: the measure, figures, plots, and the card that says it to people."""
