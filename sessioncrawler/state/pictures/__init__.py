"""Pictures that the state keeps: icons of rooms, and posters that were drawn of Communities."""
