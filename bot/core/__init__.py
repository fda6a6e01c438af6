"""What cdebug means, as pure functions and frozen values: same input, same answer.

Not here: I/O, sleeping, a clock of its own (`now` is an argument), or any vendor that opens a socket.
"""
