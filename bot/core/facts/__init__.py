"""What is so about objects, as typed values that each engine makes once of its own JSON.

Cards, lists and verdicts read these; an engine's raw JSON is behind `inspect` alone. Sizes are in bytes, CPU in cores;
0 and None mean that nothing was said.
"""
