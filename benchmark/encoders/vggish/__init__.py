"""VGGish (Hershey et al. 2017)."""
