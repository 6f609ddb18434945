"""Other ways to spread frames over cores, given the same analyser and the same frames as this project's own.

`stream` itself, the supervisor's pipeline, is not here: it is the product. These compare with it (`serial`, `router`),
and take archives to a cluster (`ray`). An engine is a function from frames to readings in order; it is handed by name
what analyses, and knows neither capture nor workers.
"""
