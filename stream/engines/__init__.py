"""Other ways to spread the same frames over cores, with the same analyser.

`stream` itself, the supervisor's pipeline, is not here: it is the product. These compare with it (`serial`, `router`),
and take archives to a cluster (`ray`). An engine is a function from frames to readings in order; it is handed by name
what analyses, and knows neither capture nor workers.
"""
