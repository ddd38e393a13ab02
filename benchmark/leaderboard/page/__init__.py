"""One page per run, to listen to its clips and to read what systems said of them."""
