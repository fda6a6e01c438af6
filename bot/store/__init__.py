"""What must outlive a process, in Redis. The only importer of redis; every key is in `keys.py`.

Not here: what the values mean. A write says what it expects to find.
"""
