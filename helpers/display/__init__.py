"""Pictures and short HTML, made from plain data; nothing in here knows a server."""
