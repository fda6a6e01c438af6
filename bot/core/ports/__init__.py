"""What the journey and the verbs need of the outside: one file per family, its values beside its ports.

An engine has the ports that it can serve; a verb declares those that it needs and takes them from its bench. A
context that lacks one answers "`diff` is not supported on the kubernetes context".
"""
