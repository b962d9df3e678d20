"""The protocol of Session Open Group Servers and of the sources that name them: bytes in, values out, no I/O."""
