"""What a caption is worth: metrics, who computes them, and what a number was made with."""
