"""Steps that several verbs share. Imports core only."""
