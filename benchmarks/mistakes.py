"""Prints what is said about fifty seeded mistakes: the node that is blamed, and the repair that is offered first."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.codegen.judging_mistakes import judge, table_of
from tests.codegen.seeded_mistakes import MISTAKES

if __name__ == "__main__":
    print(table_of(tuple(judge(mistake) for mistake in MISTAKES)))
