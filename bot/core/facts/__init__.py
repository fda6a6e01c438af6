"""Facts about objects: typed values that each engine builds once from its own JSON.

Cards, lists and verdicts read these; an engine's raw JSON is behind `inspect` alone. Sizes are in bytes, CPU in cores;
0 and None mean that nothing was said.
"""
