"""How a network is made and measured. Nothing that runs at the bedside imports this package."""
