"""Graph to program: source text, the module built from that very text, and shapes."""
