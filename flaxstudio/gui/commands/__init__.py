"""Every act of the window as data: its words, keys and place."""
