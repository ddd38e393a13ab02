"""Tables, figures, labels and numbers. Knows no noun of the bench."""
