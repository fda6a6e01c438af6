"""A Kubernetes cluster of one node for tests and the demo: real servers, in namespaces of their own.

What starts, feeds and ends it belongs here; what runs in it (faults, fixtures) doesn't.
"""
