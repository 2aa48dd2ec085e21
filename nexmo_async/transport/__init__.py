"""How bytes travel: a seam of two methods, adapters below it, layers around it."""
