"""What runs in the triggerer: nothing here blocks its event loop or keeps anything but its arguments."""
