"""What a network is: nodes, ports, edges, and the specs that say what a layer can be. Standard library only."""
