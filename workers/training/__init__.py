"""How the network is made and measured. Nothing at run time imports this package."""
