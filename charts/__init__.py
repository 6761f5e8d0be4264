"""Charts: pure functions from a tidy frame to a plotly figure, and how numbers and colours look."""
