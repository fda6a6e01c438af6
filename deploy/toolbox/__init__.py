"""The toolbox: the image that cdebug starts beside what is debugged. `Dockerfile` is for users."""
