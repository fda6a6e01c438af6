"""Working implementations in memory of what the journey needs; tests/contracts hold them to the real ones.

In a layer's folder: invented verbs.
"""
