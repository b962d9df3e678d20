"""The protocol of Session Open Group Servers and of the sites that list them: bytes in, values out, no I/O."""
