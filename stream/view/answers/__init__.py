"""The answers that programs get over HTTP: their types, their names, and the document that describes them."""
