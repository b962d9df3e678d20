"""How servers, Communities and the whole network did over time, as pages show it."""
