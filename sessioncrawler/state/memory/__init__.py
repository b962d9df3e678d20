"""How servers were reached and what Communities told, over time."""
