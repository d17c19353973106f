"""One page that shows a run: self-contained, without a network, safe with strangers' runs."""
